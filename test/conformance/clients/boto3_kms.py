"""KMS as boto3 speaks it. Input: {"run": part of the names it makes}."""

import json
import os

from aws_clients import client, code_of, run
from checks import check, equal, given

kms = client("kms")


def new_key(description="conformance"):
    return kms.create_key(Description=description)["KeyMetadata"]


@check
def keys():
    """A new key is an enabled, symmetric customer key, found by id, ARN and alias."""
    made = new_key("for backups")
    equal(
        (made["KeyState"], made["KeySpec"], made["KeyManager"]),
        ("Enabled", "SYMMETRIC_DEFAULT", "CUSTOMER"),
    )
    alias = f"alias/{given['run']}"
    kms.create_alias(AliasName=alias, TargetKeyId=made["KeyId"])
    alias_arn = made["Arn"].replace(f"key/{made['KeyId']}", alias)
    for name in (made["KeyId"], made["Arn"], alias, alias_arn):
        found = kms.describe_key(KeyId=name)["KeyMetadata"]
        equal((found["Arn"], found["Description"]), (made["Arn"], "for backups"))
    listed = [
        k["KeyArn"] for page in kms.get_paginator("list_keys").paginate() for k in page["Keys"]
    ]
    assert made["Arn"] in listed
    aliases = {
        a["AliasName"]: a.get("TargetKeyId")
        for page in kms.get_paginator("list_aliases").paginate()
        for a in page["Aliases"]
    }
    equal(aliases[alias], made["KeyId"])


@check
def unknown_keys():
    """A key or alias that does not exist is named as such."""
    equal(
        code_of(kms.describe_key, KeyId="11111111-2222-3333-4444-555555555555"), "NotFoundException"
    )
    equal(
        code_of(kms.generate_data_key, KeyId="alias/none", KeySpec="AES_256"), "NotFoundException"
    )


@check
def data_keys():
    """A data key unwraps to itself, with and without its key being named."""
    key = new_key()
    made = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    equal((len(made["Plaintext"]), made["KeyId"]), (32, key["Arn"]))
    for options in ({}, {"KeyId": key["Arn"]}, {"KeyId": key["KeyId"]}):
        opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], **options)
        equal((opened["Plaintext"], opened["KeyId"]), (made["Plaintext"], key["Arn"]))
    other = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    assert other["Plaintext"] != made["Plaintext"]
    equal(len(kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_128")["Plaintext"]), 16)


@check
def contexts():
    """An encryption context must come back whole; order does not matter."""
    key = new_key()["KeyId"]
    context = {"kms_cmk_id": key, "ünïcode": "ß", "a": ""}
    context = {k: v or "1" for k, v in context.items()}
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)
    blob = made["CiphertextBlob"]
    turned = dict(reversed(list(context.items())))
    equal(
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=turned)["Plaintext"], made["Plaintext"]
    )
    for wrong in ({}, {"kms_cmk_id": key}, {**context, "b": "2"}, {**context, "a": "2"}):
        refused = code_of(kms.decrypt, CiphertextBlob=blob, EncryptionContext=wrong)
        equal(refused, "InvalidCiphertextException")


@check
def encryption():
    """Encrypt and Decrypt are a pair; ReEncrypt moves to another key."""
    one, two = new_key(), new_key()
    secret = os.urandom(32)
    blob = kms.encrypt(KeyId=one["KeyId"], Plaintext=secret)["CiphertextBlob"]
    equal(kms.decrypt(CiphertextBlob=blob)["Plaintext"], secret)
    equal(code_of(kms.decrypt, CiphertextBlob=blob, KeyId=two["Arn"]), "IncorrectKeyException")
    moved = kms.re_encrypt(
        CiphertextBlob=blob,
        DestinationKeyId=two["KeyId"],
        DestinationEncryptionContext={"now": "two"},
    )
    equal((moved["SourceKeyId"], moved["KeyId"]), (one["Arn"], two["Arn"]))
    opened = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"now": "two"})
    equal((opened["Plaintext"], opened["KeyId"]), (secret, two["Arn"]))


@check
def hidden_data_keys():
    """A data key can be had without its plaintext."""
    key = new_key()["KeyId"]
    made = kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=24)
    assert "Plaintext" not in made
    equal(len(kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"]), 24)


@check
def other_specs():
    """Asymmetric keys exist, and give no data keys."""
    for spec, usage in (("RSA_2048", "ENCRYPT_DECRYPT"), ("ECC_NIST_P256", "SIGN_VERIFY")):
        made = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
        equal((made["KeySpec"], made["KeyUsage"]), (spec, usage))
        refused = code_of(kms.generate_data_key, KeyId=made["KeyId"], KeySpec="AES_256")
        equal(refused, "InvalidKeyUsageException")


@check
def aliases():
    """An alias moves to another key and goes."""
    one, two = new_key()["KeyId"], new_key()["KeyId"]
    alias = f"alias/{given['run']}-moving"
    kms.create_alias(AliasName=alias, TargetKeyId=one)
    equal(code_of(kms.create_alias, AliasName=alias, TargetKeyId=two), "AlreadyExistsException")
    kms.update_alias(AliasName=alias, TargetKeyId=two)
    equal(kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"], two)
    equal([a["AliasName"] for a in kms.list_aliases(KeyId=two)["Aliases"]], [alias])
    kms.delete_alias(AliasName=alias)
    equal(code_of(kms.delete_alias, AliasName=alias), "NotFoundException")


@check
def policies():
    """A key has one policy, which can be replaced by a valid one."""
    key = new_key()["KeyId"]
    equal(kms.list_key_policies(KeyId=key)["PolicyNames"], ["default"])
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    policy["Statement"][0]["Sid"] = "ours"
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    equal(json.loads(kms.get_key_policy(KeyId=key)["Policy"]), policy)
    equal(code_of(kms.put_key_policy, KeyId=key, Policy="{}"), "MalformedPolicyDocumentException")
    equal(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"], False)


@check
def tags_and_description():
    """Tags and the description of a key change."""
    key = kms.create_key(Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyMetadata"]["KeyId"]
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "b", "TagValue": ""}])
    kms.untag_resource(KeyId=key, TagKeys=["a"])
    equal(kms.list_resource_tags(KeyId=key)["Tags"], [{"TagKey": "b", "TagValue": ""}])
    kms.update_key_description(KeyId=key, Description="changed")
    equal(kms.describe_key(KeyId=key)["KeyMetadata"]["Description"], "changed")


@check
def tampering():
    """A blob that was changed, cut or made up is refused."""
    key = new_key()["KeyId"]
    blob = kms.generate_data_key(KeyId=key, KeySpec="AES_256")["CiphertextBlob"]
    flipped = blob[:-1] + bytes([blob[-1] ^ 1])
    for wrong in (flipped, blob[:-5], b"not a blob at all" * 5):
        equal(code_of(kms.decrypt, CiphertextBlob=wrong), "InvalidCiphertextException")


@check
def states():
    """A disabled key and one that waits for deletion do not work until they are brought back."""
    key = new_key()["KeyId"]
    blob = kms.generate_data_key(KeyId=key, KeySpec="AES_256")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    equal(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], "Disabled")
    equal(code_of(kms.decrypt, CiphertextBlob=blob), "DisabledException")
    equal(code_of(kms.generate_data_key, KeyId=key, KeySpec="AES_256"), "DisabledException")
    kms.enable_key(KeyId=key)
    kms.decrypt(CiphertextBlob=blob)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    equal(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], "PendingDeletion")
    equal(code_of(kms.decrypt, CiphertextBlob=blob), "KMSInvalidStateException")
    equal(code_of(kms.enable_key, KeyId=key), "KMSInvalidStateException")
    kms.cancel_key_deletion(KeyId=key)
    equal(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], "Disabled")


run()
