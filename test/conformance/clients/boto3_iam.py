"""IAM as boto3 speaks it. Input: {"run", "account", "bucket", "roleArn"}."""

import json

from aws_clients import client, code_of, run
from checks import check, equal, given
from policies import READ_BUCKET, TRUST_RDS
from totp import codes

iam = client("iam")
role = given["run"] + "-role"


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
def changing_a_role():
    """A role's description, session length, trust and tags change."""
    name = given["run"] + "-changing"
    trust = json.dumps(TRUST_RDS)
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=trust,
        Description="first",
        Tags=[{"Key": "team", "Value": "dba"}],
    )
    iam.update_role(RoleName=name, Description="second", MaxSessionDuration=7200)
    other = json.loads(trust)
    other["Statement"][0]["Principal"] = {"AWS": given["account"]}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(other))
    found = iam.get_role(RoleName=name)["Role"]
    equal((found["Description"], found["MaxSessionDuration"]), ("second", 7200))
    equal(found["AssumeRolePolicyDocument"], other)
    equal(found["Tags"], [{"Key": "team", "Value": "dba"}])
    iam.tag_role(RoleName=name, Tags=[{"Key": "team", "Value": "ops"}, {"Key": "a", "Value": ""}])
    iam.untag_role(RoleName=name, TagKeys=["a"])
    equal(iam.list_role_tags(RoleName=name)["Tags"], [{"Key": "team", "Value": "ops"}])
    equal(iam.list_instance_profiles_for_role(RoleName=name)["InstanceProfiles"], [])
    equal(
        code_of(iam.update_assume_role_policy, RoleName=name, PolicyDocument="{}"),
        "MalformedPolicyDocument",
    )
    iam.delete_role(RoleName=name)


@check
def managed_policies():
    """A managed policy has versions, hangs on roles and users, and goes when on none any more."""
    name = given["run"] + "-policy"
    made = iam.create_policy(
        PolicyName=name, PolicyDocument=json.dumps(READ_BUCKET), Description="reads"
    )["Policy"]
    arn = made["Arn"]
    equal((arn.split(":", 5)[5], made["AttachmentCount"]), (f"policy/{name}", 0))
    write = json.loads(json.dumps(READ_BUCKET))
    write["Statement"][0]["Action"] = "s3:PutObject"
    second = iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(write))
    equal(second["PolicyVersion"]["VersionId"], "v2")
    read = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    equal((read["Document"], read["IsDefaultVersion"]), (write, False))
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    equal(code_of(iam.delete_policy_version, PolicyArn=arn, VersionId="v2"), "DeleteConflict")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    equal([v["VersionId"] for v in versions], ["v2"])
    holder = given["run"] + "-holder"
    iam.create_role(RoleName=holder, AssumeRolePolicyDocument=json.dumps(TRUST_RDS))
    iam.create_user(UserName=holder)
    iam.attach_role_policy(RoleName=holder, PolicyArn=arn)
    iam.attach_user_policy(UserName=holder, PolicyArn=arn)
    for attached in (
        iam.list_attached_role_policies(RoleName=holder)["AttachedPolicies"],
        iam.list_attached_user_policies(UserName=holder)["AttachedPolicies"],
    ):
        equal(attached, [{"PolicyName": name, "PolicyArn": arn}])
    equal(iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"], 2)
    listed = {
        p["Arn"]
        for page in iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 3})
        for p in page["Policies"]
    }
    assert arn in listed and "arn:aws:iam::aws:policy/AdministratorAccess" in listed, listed
    equal(code_of(iam.delete_policy, PolicyArn=arn), "DeleteConflict")
    iam.detach_role_policy(RoleName=holder, PolicyArn=arn)
    iam.detach_user_policy(UserName=holder, PolicyArn=arn)
    equal(code_of(iam.detach_user_policy, UserName=holder, PolicyArn=arn), "NoSuchEntity")
    iam.delete_policy(PolicyArn=arn)
    iam.delete_role(RoleName=holder)
    iam.delete_user(UserName=holder)


@check
def users():
    """A user has policies, two access keys and a device, and goes when all of them are gone."""
    name = given["run"] + "-user"
    made = iam.create_user(UserName=name, Tags=[{"Key": "a", "Value": "1"}])["User"]
    found = iam.get_user(UserName=name)["User"]
    equal((found["Arn"], found["Tags"]), (made["Arn"], [{"Key": "a", "Value": "1"}]))
    names = [u["UserName"] for p in iam.get_paginator("list_users").paginate() for u in p["Users"]]
    assert name in names, names
    iam.put_user_policy(UserName=name, PolicyName="read", PolicyDocument=json.dumps(READ_BUCKET))
    equal(iam.list_user_policies(UserName=name)["PolicyNames"], ["read"])
    equal(iam.get_user_policy(UserName=name, PolicyName="read")["PolicyDocument"], READ_BUCKET)
    keys = [iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"] for _ in range(2)]
    equal(code_of(iam.create_access_key, UserName=name), "LimitExceeded")
    iam.update_access_key(UserName=name, AccessKeyId=keys[0], Status="Inactive")
    states = {
        k["AccessKeyId"]: k["Status"]
        for k in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    }
    equal(states, {keys[0]: "Inactive", keys[1]: "Active"})
    equal(code_of(iam.delete_user, UserName=name), "DeleteConflict")
    for key in keys:
        iam.delete_access_key(UserName=name, AccessKeyId=key)
    iam.delete_user_policy(UserName=name, PolicyName="read")
    iam.delete_user(UserName=name)
    equal(code_of(iam.get_user, UserName=name), "NoSuchEntity")


@check
def devices():
    """A virtual MFA device is made, enabled by two codes, listed, deactivated and deleted."""
    name = given["run"] + "-device"
    iam.create_user(UserName=name)
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    serial = device["SerialNumber"]
    first, second = codes(device["Base32StringSeed"])

    def enable(one, two):
        return iam.enable_mfa_device(
            UserName=name, SerialNumber=serial, AuthenticationCode1=one, AuthenticationCode2=two
        )

    equal(code_of(enable, one=second, two=first), "InvalidAuthenticationCode")
    enable(first, second)
    listed = iam.list_mfa_devices(UserName=name)["MFADevices"]
    equal([(d["UserName"], d["SerialNumber"]) for d in listed], [(name, serial)])
    equal(code_of(iam.delete_virtual_mfa_device, SerialNumber=serial), "DeleteConflict")
    iam.deactivate_mfa_device(UserName=name, SerialNumber=serial)
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    iam.delete_user(UserName=name)


@check
def custom_simulation():
    """SimulateCustomPolicy tells what a policy would allow, by resource and condition."""
    policy = json.loads(json.dumps(READ_BUCKET))
    policy["Statement"][0]["Condition"] = {"StringLike": {"s3:prefix": "backups/*"}}

    def decision(prefix):
        answer = iam.simulate_custom_policy(
            PolicyInputList=[json.dumps(policy)],
            ActionNames=["s3:ListBucket"],
            ResourceArns=[f"arn:aws:s3:::{given['bucket']}"],
            ContextEntries=[
                {
                    "ContextKeyName": "s3:prefix",
                    "ContextKeyValues": [prefix],
                    "ContextKeyType": "string",
                }
            ],
        )
        return answer["EvaluationResults"][0]["EvalDecision"]

    equal([decision("backups/a"), decision("other/")], ["allowed", "implicitDeny"])


run()
