"""IAM, STS, EC2 and Secrets Manager as boto3 speaks them.

Input: {"run", "account", "bucket", "roleArn", "instance"}.
"""

import json

from aws_clients import client, code_of
from checks import check, equal, given, run

iam = client("iam")
sts = client("sts")
ec2 = client("ec2")
secrets = client("secretsmanager")
rds = client("rds")
role = given["run"] + "-role"

TRUST_RDS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "rds.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
READ_BUCKET = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{given['bucket']}",
        }
    ],
}


@check
def identity():
    """STS says who is calling."""
    who = sts.get_caller_identity()
    equal(who["Account"], given["account"])
    assert who["Arn"].startswith(f"arn:aws:iam::{given['account']}:"), who["Arn"]


@check
def roles():
    """A role is made, found, given a policy, and goes when the policy is gone."""
    made = iam.create_role(
        RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST_RDS), Path="/service-role/"
    )["Role"]
    equal(made["Arn"], f"arn:aws:iam::{given['account']}:role/service-role/{role}")
    equal(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"], TRUST_RDS)
    equal(
        code_of(iam.create_role, RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST_RDS)),
        "EntityAlreadyExists",
    )
    iam.put_role_policy(RoleName=role, PolicyName="read", PolicyDocument=json.dumps(READ_BUCKET))
    equal(iam.list_role_policies(RoleName=role)["PolicyNames"], ["read"])
    equal(iam.get_role_policy(RoleName=role, PolicyName="read")["PolicyDocument"], READ_BUCKET)
    names = [
        r["RoleName"] for page in iam.get_paginator("list_roles").paginate() for r in page["Roles"]
    ]
    assert role in names, names
    equal(code_of(iam.delete_role, RoleName=role), "DeleteConflict")
    iam.delete_role_policy(RoleName=role, PolicyName="read")
    iam.delete_role(RoleName=role)
    equal(code_of(iam.get_role, RoleName=role), "NoSuchEntity")


@check
def simulation():
    """SimulatePrincipalPolicy tells what the instance's role may do."""
    answer = iam.simulate_principal_policy(
        PolicySourceArn=given["roleArn"],
        ActionNames=["s3:ListBucket", "s3:DeleteBucket"],
        ResourceArns=[f"arn:aws:s3:::{given['bucket']}"],
    )
    decisions = {r["EvalActionName"]: r["EvalDecision"] for r in answer["EvaluationResults"]}
    equal(decisions, {"s3:ListBucket": "allowed", "s3:DeleteBucket": "implicitDeny"})


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
def security_groups():
    """The instance's security group is found, opened for an address and closed again."""
    instance = rds.describe_db_instances(DBInstanceIdentifier=given["instance"])["DBInstances"][0]
    group = instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
    found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    equal([g["GroupId"] for g in found], [group])
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 1433,
        "ToPort": 1433,
        "IpRanges": [{"CidrIp": "192.0.2.7/32", "Description": "conformance"}],
    }
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])

    def addresses():
        rules = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
        return [r["CidrIp"] for p in rules for r in p["IpRanges"] if p.get("FromPort") == 1433]

    assert "192.0.2.7/32" in addresses(), addresses()
    again = code_of(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule])
    equal(again, "InvalidPermission.Duplicate")
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[rule])
    assert "192.0.2.7/32" not in addresses(), addresses()
    equal(
        code_of(ec2.describe_security_groups, GroupIds=["sg-00000000000000000"]),
        "InvalidGroup.NotFound",
    )


@check
def secret_values():
    """A secret is kept, found by name and ARN, changed and deleted."""
    name = given["run"] + "/password"
    made = secrets.create_secret(Name=name, SecretString='{"password": "first ü"}')
    for key in (name, made["ARN"]):
        equal(secrets.get_secret_value(SecretId=key)["SecretString"], '{"password": "first ü"}')
    secrets.put_secret_value(SecretId=name, SecretString="second")
    equal(secrets.get_secret_value(SecretId=name)["SecretString"], "second")
    equal(secrets.describe_secret(SecretId=name)["Name"], name)
    listed = [
        s["Name"]
        for page in secrets.get_paginator("list_secrets").paginate()
        for s in page["SecretList"]
    ]
    assert name in listed, listed
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    equal(code_of(secrets.get_secret_value, SecretId=name), "ResourceNotFoundException")


run()
