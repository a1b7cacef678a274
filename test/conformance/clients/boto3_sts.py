"""STS as boto3 speaks it. Input: {"run", "account", "bucket", "roleArn"}."""

import json
import os

from aws_clients import client, code_of, run
from checks import check, equal, given
from policies import READ_BUCKET, TRUST_RDS
from totp import codes

iam = client("iam")
sts = client("sts")


@check
def identity():
    """STS says who is calling."""
    who = sts.get_caller_identity()
    equal(who["Account"], given["account"])
    assert who["Arn"].startswith(f"arn:aws:iam::{given['account']}:"), who["Arn"]


@check
def assumed_role():
    """A role that trusts the account can be assumed and may do what its policy says, no more."""
    name = given["run"] + "-operator"
    trust = json.loads(json.dumps(TRUST_RDS))
    trust["Statement"][0]["Principal"] = {"AWS": f"arn:aws:iam::{given['account']}:root"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=json.dumps(READ_BUCKET))
    answer = sts.assume_role(RoleArn=arn, RoleSessionName="conformance")
    given_out = answer["Credentials"]
    options = {
        "aws_access_key_id": given_out["AccessKeyId"],
        "aws_secret_access_key": given_out["SecretAccessKey"],
        "aws_session_token": given_out["SessionToken"],
    }
    who = client("sts", **options).get_caller_identity()
    equal(who["Arn"], f"arn:aws:sts::{given['account']}:assumed-role/{name}/conformance")
    s3 = client("s3", **options)
    s3.list_objects_v2(Bucket=given["bucket"])
    equal(code_of(s3.put_object, Bucket=given["bucket"], Key="x", Body=b""), "AccessDenied")
    equal(code_of(client("kms", **options).create_key), "AccessDeniedException")
    # The role that the instance uses trusts RDS, not people.
    equal(
        code_of(sts.assume_role, RoleArn=given["roleArn"], RoleSessionName="conformance"),
        "AccessDenied",
    )


@check
def sessions():
    """A user's session is for a while, and with a code of the device counts as multi-factor."""
    name = given["run"] + "-person"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    first, second, third = codes(device["Base32StringSeed"], 3)
    serial = device["SerialNumber"]
    iam.enable_mfa_device(
        UserName=name, SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second
    )
    person = client(
        "sts",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    made = person.get_session_token(SerialNumber=serial, TokenCode=second, DurationSeconds=900)
    session = client(
        "sts",
        aws_access_key_id=made["Credentials"]["AccessKeyId"],
        aws_secret_access_key=made["Credentials"]["SecretAccessKey"],
        aws_session_token=made["Credentials"]["SessionToken"],
    )
    assert session.get_caller_identity()["Arn"].endswith(f":user/{name}")
    equal(code_of(session.get_session_token), "AccessDenied")
    equal(
        code_of(person.get_session_token, SerialNumber=serial, TokenCode="000000"), "AccessDenied"
    )


@check
def access_keys():
    """STS says whose an access key is."""
    key = os.environ["AWS_ACCESS_KEY_ID"]
    equal(sts.get_access_key_info(AccessKeyId=key)["Account"], given["account"])


run()
