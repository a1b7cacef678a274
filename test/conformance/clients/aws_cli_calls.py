"""Every call of the sandbox as the AWS CLI makes it, in the words of its user guide.

Input: {"account", "bucket", "roleArn", "folder": for files, "operations": names by service}.
"""

import base64
import json
from pathlib import Path

from aws_cli import aws, refusal, run
from checks import check, equal, given, until
from policies import READ_BUCKET, TRUST_RDS, policy_document
from totp import codes

folder = Path(given["folder"])
BACKUP_RESTORE = "SQLSERVER_BACKUP_RESTORE"


def stored(name, content):
    """A file for `file://` and `fileb://` arguments."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(path)


def as_file(name, content):
    return "file://" + stored(name, content)


# S3


@check
def buckets():
    """s3api: buckets and what hangs on them."""
    name = "cli-calls"
    bucket = ("--bucket", name)
    aws("s3api", "create-bucket", *bucket)
    aws("s3api", "head-bucket", *bucket)
    assert name in [b["Name"] for b in aws("s3api", "list-buckets")["Buckets"]]
    location = aws("s3api", "get-bucket-location", *bucket)
    # us-east-1 is told as no location at all.
    equal(location, {})
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    aws(
        *("s3api", "put-bucket-encryption", *bucket),
        *("--server-side-encryption-configuration", json.dumps(rules)),
    )
    shown = aws("s3api", "get-bucket-encryption", *bucket)["ServerSideEncryptionConfiguration"]
    default = shown["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    equal(default["SSEAlgorithm"], "aws:kms")
    aws("s3api", "delete-bucket-encryption", *bucket)
    policy = policy_document("Deny", "*", "s3:PutObject", f"arn:aws:s3:::{name}/closed/*")
    aws("s3api", "put-bucket-policy", *bucket, "--policy", as_file("bucket.json", policy))
    equal(json.loads(aws("s3api", "get-bucket-policy", *bucket)["Policy"]), policy)
    aws("s3api", "delete-bucket-policy", *bucket)
    equal(refusal("s3api", "get-bucket-policy", *bucket), "NoSuchBucketPolicy")
    aws("s3api", "put-bucket-tagging", *bucket, "--tagging", "TagSet=[{Key=team,Value=dba}]")
    tags = aws("s3api", "get-bucket-tagging", *bucket)["TagSet"]
    equal(tags, [{"Key": "team", "Value": "dba"}])
    aws("s3api", "delete-bucket-tagging", *bucket)
    equal(aws("s3api", "get-bucket-versioning", *bucket), None)
    grant = aws("s3api", "get-bucket-acl", *bucket)["Grants"][0]
    equal((grant["Grantee"]["Type"], grant["Permission"]), ("CanonicalUser", "FULL_CONTROL"))
    aws("s3api", "get-bucket-ownership-controls", *bucket)
    block = aws("s3api", "get-public-access-block", *bucket)["PublicAccessBlockConfiguration"]
    equal(set(block.values()), {True})
    equal(
        refusal("s3api", "get-bucket-lifecycle-configuration", *bucket),
        "NoSuchLifecycleConfiguration",
    )
    aws("s3api", "delete-bucket", *bucket)


@check
def objects():
    """s3api: objects, their attributes, tags, copies, listings and removal."""
    bucket = ("--bucket", given["bucket"])
    key = (*bucket, "--key", "calls/a b+ü")
    body = stored("body", b"content")
    put = aws("s3api", "put-object", *key, "--body", body, "--tagging", "a=1", "--metadata", "k=v")
    head = aws("s3api", "head-object", *key)
    equal((head["ETag"], head["Metadata"]), (put["ETag"], {"k": "v"}))
    read = folder / "read"
    answer = aws("s3api", "get-object", *key, "--range", "bytes=1-3", str(read))
    equal((read.read_bytes(), answer["ContentRange"]), (b"ont", "bytes 1-3/7"))
    wanted = ("--object-attributes", "ETag", "ObjectSize", "Checksum")
    equal(aws("s3api", "get-object-attributes", *key, *wanted)["ObjectSize"], 7)
    tags = aws("s3api", "get-object-tagging", *key)["TagSet"]
    equal(tags, [{"Key": "a", "Value": "1"}])
    source = f"{given['bucket']}/calls/a b+ü"
    aws("s3api", "copy-object", *bucket, "--key", "calls/copy", "--copy-source", source)
    for command in ("list-objects", "list-objects-v2"):
        listed = aws("s3api", command, *bucket, "--prefix", "calls/")["Contents"]
        equal([o["Key"] for o in listed], ["calls/a b+ü", "calls/copy"])
    aws("s3api", "delete-object", *key)
    gone = aws("s3api", "delete-objects", *bucket, "--delete", "Objects=[{Key=calls/copy}]")
    equal(gone["Deleted"], [{"Key": "calls/copy"}])
    equal(refusal("s3api", "get-object", *key, str(read)), "NoSuchKey")


@check
def multipart():
    """s3api: an upload in parts, copied parts among them, completed or aborted."""
    bucket = ("--bucket", given["bucket"])
    body = stored("part", bytes(5 * 1024 * 1024))
    key = (*bucket, "--key", "calls/parts")

    def begin():
        upload = aws("s3api", "create-multipart-upload", *key)
        return (*key, "--upload-id", upload["UploadId"])

    target = begin()
    first = aws("s3api", "upload-part", *target, "--part-number", "1", "--body", body)
    aws("s3api", "put-object", *bucket, "--key", "calls/source", "--body", body)
    second = aws(
        *("s3api", "upload-part-copy", *target, "--part-number", "2"),
        *("--copy-source", f"{given['bucket']}/calls/source", "--copy-source-range", "bytes=0-9"),
    )["CopyPartResult"]
    uploads = aws("s3api", "list-multipart-uploads", *bucket)["Uploads"]
    assert "calls/parts" in [u["Key"] for u in uploads]
    equal([p["Size"] for p in aws("s3api", "list-parts", *target)["Parts"]], [5242880, 10])
    parts = [
        {"PartNumber": number, "ETag": part["ETag"]} for number, part in ((1, first), (2, second))
    ]
    done = aws(
        *("s3api", "complete-multipart-upload", *target),
        *("--multipart-upload", json.dumps({"Parts": parts})),
    )
    assert done["ETag"].endswith('-2"'), done
    given_up = begin()
    aws("s3api", "abort-multipart-upload", *given_up)
    equal(refusal("s3api", "list-parts", *given_up), "NoSuchUpload")
    for name in ("calls/parts", "calls/source"):
        aws("s3api", "delete-object", *bucket, "--key", name)


# KMS


@check
def keys():
    """kms: keys, their states, policies, tags and aliases."""
    made = aws("kms", "create-key", "--description", "first", "--tags", "TagKey=a,TagValue=1")
    key = ("--key-id", made["KeyMetadata"]["KeyId"])
    assert made["KeyMetadata"]["Arn"] in [k["KeyArn"] for k in aws("kms", "list-keys")["Keys"]]
    aws("kms", "update-key-description", *key, "--description", "second")
    aws("kms", "tag-resource", *key, "--tags", "TagKey=b,TagValue=2")
    aws("kms", "untag-resource", *key, "--tag-keys", "a")
    equal(aws("kms", "list-resource-tags", *key)["Tags"], [{"TagKey": "b", "TagValue": "2"}])
    policy = aws("kms", "get-key-policy", *key, "--policy-name", "default")["Policy"]
    aws("kms", "put-key-policy", *key, "--policy-name", "default", "--policy", policy)
    equal(aws("kms", "list-key-policies", *key)["PolicyNames"], ["default"])
    equal(aws("kms", "get-key-rotation-status", *key)["KeyRotationEnabled"], False)
    alias = ("--alias-name", "alias/cli-calls")
    target = ("--target-key-id", key[1])
    aws("kms", "create-alias", *alias, *target)
    aws("kms", "update-alias", *alias, *target)
    aliases = aws("kms", "list-aliases", *key)["Aliases"]
    equal([a["AliasName"] for a in aliases], [alias[1]])
    aws("kms", "delete-alias", *alias)
    aws("kms", "disable-key", *key)
    aws("kms", "enable-key", *key)
    aws("kms", "schedule-key-deletion", *key, "--pending-window-in-days", "7")
    aws("kms", "cancel-key-deletion", *key)
    found = aws("kms", "describe-key", *key)["KeyMetadata"]
    equal((found["Description"], found["KeyState"]), ("second", "Disabled"))
    equal(refusal("kms", "describe-key", "--key-id", "alias/none"), "NotFoundException")


@check
def cryptography():
    """kms: data keys, encryption, decryption and encryption anew."""
    one, two = (aws("kms", "create-key")["KeyMetadata"]["Arn"] for _ in range(2))
    context = ("--encryption-context", "purpose=backup")
    made = aws("kms", "generate-data-key", "--key-id", one, "--key-spec", "AES_256", *context)

    def blob(answer):
        return "fileb://" + stored("blob", base64.b64decode(answer["CiphertextBlob"]))

    opened = aws("kms", "decrypt", "--ciphertext-blob", blob(made), *context)
    equal((opened["Plaintext"], opened["KeyId"]), (made["Plaintext"], one))
    equal(
        refusal("kms", "decrypt", "--ciphertext-blob", blob(made)), "InvalidCiphertextException"
    )
    hidden = ("generate-data-key-without-plaintext", "--key-id", one, "--key-spec", "AES_128")
    assert "Plaintext" not in aws("kms", *hidden)
    plaintext = "fileb://" + stored("plaintext", b"secret")
    encrypted = aws("kms", "encrypt", "--key-id", one, "--plaintext", plaintext)
    moved = aws(
        *("kms", "re-encrypt", "--ciphertext-blob", blob(encrypted), "--destination-key-id", two)
    )
    opened = aws("kms", "decrypt", "--ciphertext-blob", blob(moved), "--key-id", two)
    equal(base64.b64decode(opened["Plaintext"]), b"secret")


# RDS


def instance(name):
    found = aws("rds", "describe-db-instances", "--db-instance-identifier", name)
    return found["DBInstances"][0]


@check
def option_groups():
    """rds: option groups, options and engine versions."""
    versions = aws("rds", "describe-db-engine-versions", "--engine", "sqlserver-ex")
    assert versions["DBEngineVersions"]
    offered = aws("rds", "describe-option-group-options", "--engine-name", "sqlserver-ex")
    assert BACKUP_RESTORE in [o["Name"] for o in offered["OptionGroupOptions"]]
    group = ("--option-group-name", "cli-calls")
    aws(
        *("rds", "create-option-group", *group, "--engine-name", "sqlserver-ex"),
        *("--major-engine-version", "16.00", "--option-group-description", "by the CLI"),
    )
    settings = f"[{{Name=IAM_ROLE_ARN,Value={given['roleArn']}}}]"
    # Both are ModifyOptionGroup.
    added = aws(
        *("rds", "add-option-to-option-group", *group, "--apply-immediately"),
        *("--options", f"OptionName={BACKUP_RESTORE},OptionSettings={settings}"),
    )["OptionGroup"]
    equal([o["OptionName"] for o in added["Options"]], [BACKUP_RESTORE])
    aws(
        *("rds", "remove-option-from-option-group", *group, "--apply-immediately"),
        *("--options", BACKUP_RESTORE),
    )
    arn = aws("rds", "describe-option-groups", *group)["OptionGroupsList"][0]["OptionGroupArn"]
    resource = ("--resource-name", arn)
    aws("rds", "add-tags-to-resource", *resource, "--tags", "Key=a,Value=1")
    tags = aws("rds", "list-tags-for-resource", *resource)["TagList"]
    equal(tags, [{"Key": "a", "Value": "1"}])
    aws("rds", "remove-tags-from-resource", *resource, "--tag-keys", "a")
    aws("rds", "delete-option-group", *group)
    equal(refusal("rds", "describe-option-groups", *group), "OptionGroupNotFoundFault")


@check
def instances():
    """rds: an instance from its creation over stop and start to its deletion, with a snapshot."""
    name = ("--db-instance-identifier", "cli-calls")
    aws(
        *("rds", "create-db-instance", *name, "--engine", "sqlserver-ex"),
        *("--db-instance-class", "db.t3.small", "--allocated-storage", "20"),
        *("--master-username", "admin", "--master-user-password", "conformance-only"),
        *("--license-model", "license-included"),
    )

    def becomes(status):
        until(lambda: instance(name[1])["DBInstanceStatus"] == status, status)

    becomes("available")
    aws("rds", "modify-db-instance", *name, "--allocated-storage", "30", "--apply-immediately")
    until(lambda: instance(name[1])["AllocatedStorage"] == 30, "larger")
    becomes("available")
    for command, status in (
        ("reboot-db-instance", "available"),
        ("stop-db-instance", "stopped"),
        ("start-db-instance", "available"),
    ):
        aws("rds", command, *name)
        becomes(status)
    snapshot = ("--db-snapshot-identifier", "cli-calls-1")
    aws("rds", "create-db-snapshot", *snapshot, *name)

    def taken():
        return aws("rds", "describe-db-snapshots", *snapshot)["DBSnapshots"][0]["Status"]

    until(lambda: taken() == "available", "taken")
    aws("rds", "delete-db-snapshot", *snapshot)
    aws("rds", "delete-db-instance", *name, "--skip-final-snapshot")


# IAM and STS


@check
def roles():
    """iam: a role with its trust, policies and tags."""
    role = ("--role-name", "cli-calls")
    trust = as_file("trust.json", TRUST_RDS)
    aws("iam", "create-role", *role, "--assume-role-policy-document", trust)
    aws("iam", "update-role", *role, "--description", "second")
    aws("iam", "update-assume-role-policy", *role, "--policy-document", trust)
    equal(aws("iam", "get-role", *role)["Role"]["AssumeRolePolicyDocument"], TRUST_RDS)
    assert role[1] in [r["RoleName"] for r in aws("iam", "list-roles")["Roles"]]
    aws("iam", "tag-role", *role, "--tags", "Key=a,Value=1", "Key=b,Value=2")
    aws("iam", "untag-role", *role, "--tag-keys", "a")
    equal(aws("iam", "list-role-tags", *role)["Tags"], [{"Key": "b", "Value": "2"}])
    equal(aws("iam", "list-instance-profiles-for-role", *role)["InstanceProfiles"], [])
    policies_of("role", role)
    aws("iam", "delete-role", *role)


@check
def users():
    """iam: a user with policies, access keys and a device."""
    user = ("--user-name", "cli-calls")
    aws("iam", "create-user", *user)
    aws("iam", "get-user", *user)
    assert user[1] in [u["UserName"] for u in aws("iam", "list-users")["Users"]]
    policies_of("user", user)
    key = aws("iam", "create-access-key", *user)["AccessKey"]["AccessKeyId"]
    aws("iam", "update-access-key", *user, "--access-key-id", key, "--status", "Inactive")
    states = [k["Status"] for k in aws("iam", "list-access-keys", *user)["AccessKeyMetadata"]]
    equal(states, ["Inactive"])
    aws("iam", "delete-access-key", *user, "--access-key-id", key)
    seed = folder / "seed"
    device = aws(
        *("iam", "create-virtual-mfa-device", "--virtual-mfa-device-name", "cli-calls"),
        *("--outfile", str(seed), "--bootstrap-method", "Base32StringSeed"),
    )["VirtualMFADevice"]
    serial = ("--serial-number", device["SerialNumber"])
    one, two = codes(seed.read_text())
    code = ("--authentication-code1", one, "--authentication-code2", two)
    aws("iam", "enable-mfa-device", *user, *serial, *code)
    equal(len(aws("iam", "list-mfa-devices", *user)["MFADevices"]), 1)
    aws("iam", "deactivate-mfa-device", *user, *serial)
    aws("iam", "delete-virtual-mfa-device", *serial)
    aws("iam", "delete-user", *user)


def policies_of(kind, holder):
    """A policy inside a role or user, and one of AWS's attached to it."""
    policy = (*holder, "--policy-name", "read")
    document = as_file("read.json", READ_BUCKET)
    aws("iam", f"put-{kind}-policy", *policy, "--policy-document", document)
    equal(aws("iam", f"list-{kind}-policies", *holder)["PolicyNames"], ["read"])
    equal(aws("iam", f"get-{kind}-policy", *policy)["PolicyDocument"], READ_BUCKET)
    aws("iam", f"delete-{kind}-policy", *policy)
    managed = ("--policy-arn", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    aws("iam", f"attach-{kind}-policy", *holder, *managed)
    attached = aws("iam", f"list-attached-{kind}-policies", *holder)["AttachedPolicies"]
    equal([p["PolicyArn"] for p in attached], [managed[1]])
    aws("iam", f"detach-{kind}-policy", *holder, *managed)


@check
def managed_policies():
    """iam: a managed policy and its versions."""
    document = ("--policy-document", as_file("read.json", READ_BUCKET))
    made = aws("iam", "create-policy", "--policy-name", "cli-calls", *document)["Policy"]
    policy = ("--policy-arn", made["Arn"])
    aws("iam", "create-policy-version", *policy, *document)
    read = aws("iam", "get-policy-version", *policy, "--version-id", "v2")["PolicyVersion"]
    equal(read["Document"], READ_BUCKET)
    aws("iam", "set-default-policy-version", *policy, "--version-id", "v2")
    aws("iam", "delete-policy-version", *policy, "--version-id", "v1")
    versions = aws("iam", "list-policy-versions", *policy)["Versions"]
    equal([v["VersionId"] for v in versions], ["v2"])
    equal(aws("iam", "get-policy", *policy)["Policy"]["DefaultVersionId"], "v2")
    local = aws("iam", "list-policies", "--scope", "Local")["Policies"]
    assert made["Arn"] in [p["Arn"] for p in local]
    aws("iam", "delete-policy", *policy)
    question = (
        *("--action-names", "s3:ListBucket", "s3:DeleteBucket"),
        *("--resource-arns", f"arn:aws:s3:::{given['bucket']}"),
    )
    for call in (
        ("simulate-principal-policy", "--policy-source-arn", given["roleArn"]),
        ("simulate-custom-policy", "--policy-input-list", json.dumps(READ_BUCKET)),
    ):
        results = aws("iam", *call, *question)["EvaluationResults"]
        equal([r["EvalDecision"] for r in results], ["allowed", "implicitDeny"])


@check
def sessions():
    """sts: who is calling, sessions, whose a key is."""
    equal(aws("sts", "get-caller-identity")["Account"], given["account"])
    trust = json.loads(json.dumps(TRUST_RDS))
    trust["Statement"][0]["Principal"] = {"AWS": given["account"]}
    role = ("--role-name", "cli-calls-operator")
    document = as_file("operator.json", trust)
    made = aws("iam", "create-role", *role, "--assume-role-policy-document", document)["Role"]
    session = ("--role-arn", made["Arn"], "--role-session-name", "calls")
    assumed = aws("sts", "assume-role", *session)
    assert assumed["AssumedRoleUser"]["Arn"].endswith("/cli-calls-operator/calls"), assumed
    token = aws("sts", "get-session-token", "--duration-seconds", "900")["Credentials"]
    info = aws("sts", "get-access-key-info", "--access-key-id", token["AccessKeyId"])
    equal(info["Account"], given["account"])
    aws("iam", "delete-role", *role)


# EC2 and Secrets Manager


@check
def security_groups():
    """ec2: networks, and a security group with its rules."""
    vpc = aws("ec2", "describe-vpcs", "--filters", "Name=is-default,Values=true")["Vpcs"][0]
    subnets = aws("ec2", "describe-subnets", "--filters", f"Name=vpc-id,Values={vpc['VpcId']}")
    assert len(subnets["Subnets"]) > 1
    made = aws(
        *("ec2", "create-security-group", "--group-name", "cli-calls", "--description", "calls"),
        *("--vpc-id", vpc["VpcId"]),
    )
    group = ("--group-id", made["GroupId"])
    rule = ("--protocol", "tcp", "--port", "1433", "--cidr", "192.0.2.7/32")
    aws("ec2", "authorize-security-group-ingress", *group, *rule)
    shown = aws("ec2", "describe-security-groups", "--group-ids", group[1])["SecurityGroups"][0]
    ranges = [r["CidrIp"] for p in shown["IpPermissions"] for r in p["IpRanges"]]
    equal(ranges, ["192.0.2.7/32"])
    aws("ec2", "revoke-security-group-ingress", *group, *rule)
    aws("ec2", "delete-security-group", *group)


@check
def secrets():
    """secretsmanager: a secret, its values and its policy, deleted and restored."""
    secret = ("--secret-id", "cli/calls")
    aws("secretsmanager", "create-secret", "--name", secret[1], "--secret-string", "one")
    aws("secretsmanager", "put-secret-value", *secret, "--secret-string", "two")
    aws("secretsmanager", "update-secret", *secret, "--description", "changed")
    value = aws("secretsmanager", "get-secret-value", *secret)
    equal(value["SecretString"], "two")
    equal(aws("secretsmanager", "describe-secret", *secret)["Description"], "changed")
    listed = aws("secretsmanager", "list-secrets")["SecretList"]
    assert secret[1] in [s["Name"] for s in listed]
    policy = policy_document(
        "Allow",
        {"AWS": f"arn:aws:iam::{given['account']}:root"},
        "secretsmanager:GetSecretValue",
        "*",
    )
    aws("secretsmanager", "put-resource-policy", *secret, "--resource-policy", json.dumps(policy))
    shown = aws("secretsmanager", "get-resource-policy", *secret)["ResourcePolicy"]
    equal(json.loads(shown), policy)
    aws("secretsmanager", "delete-secret", *secret)
    equal(refusal("secretsmanager", "get-secret-value", *secret), "InvalidRequestException")
    aws("secretsmanager", "restore-secret", *secret)
    aws("secretsmanager", "delete-secret", *secret, "--force-delete-without-recovery")


run(refused={"s3 GET bucket lifecycle"})
