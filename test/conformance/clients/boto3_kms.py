"""KMS as boto3 speaks it. Input: {"run": part of the names it makes}."""

import os

from aws_clients import client, code_of
from checks import check, equal, given, run

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


run()
