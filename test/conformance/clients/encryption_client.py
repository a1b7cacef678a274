"""Writes and reads objects with Amazon's S3 Encryption Client for Python.

Input: {"kmsKeyId": …, "operations": [{"do": "read" | "write", "bucket", "key", "context"?, …}]}
  write: "file", "suite": "v2" | "v3", "multipart"?: true
  read: "file" (where to put the plaintext), "legacy": whether V2 "kms" wraps and CBC are allowed
Output: one JSON list with {"error": text or null} for each operation.
"""

import json
import sys

import boto3
from s3_encryption import S3EncryptionClient, S3EncryptionClientConfig
from s3_encryption.materials.kms_keyring import KmsKeyring
from s3_encryption.materials.materials import AlgorithmSuite, CommitmentPolicy

given = json.load(sys.stdin)

PART_BYTES = 5 * 1024 * 1024


def client(suite, legacy):
    keyring = KmsKeyring(
        kms_client=boto3.client("kms"),
        kms_key_id=given["kmsKeyId"],
        enable_legacy_wrapping_algorithms=legacy,
    )
    options = {"keyring": keyring, "enable_legacy_unauthenticated_modes": legacy}
    if suite == "v2":
        options["encryption_algorithm"] = AlgorithmSuite.ALG_AES_256_GCM_IV12_TAG16_NO_KDF
        options["commitment_policy"] = CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
    # The client hooks itself into the boto3 client it is given, so each has one of its own.
    return S3EncryptionClient(boto3.client("s3"), S3EncryptionClientConfig(**options))


def where(operation):
    named = {"Bucket": operation["bucket"], "Key": operation["key"]}
    if operation.get("context"):
        named["EncryptionContext"] = operation["context"]
    return named


def write(operation):
    s3 = client(operation["suite"], legacy=False)
    with open(operation["file"], "rb") as file:
        content = file.read()
    if not operation.get("multipart"):
        s3.put_object(**where(operation), Body=content)
        return
    upload = s3.create_multipart_upload(**where(operation))
    target = {
        "Bucket": operation["bucket"],
        "Key": operation["key"],
        "UploadId": upload["UploadId"],
    }
    parts = []
    for start in range(0, len(content), PART_BYTES):
        number = start // PART_BYTES + 1
        part = s3.upload_part(
            **target,
            PartNumber=number,
            Body=content[start : start + PART_BYTES],
            IsLastPart=start + PART_BYTES >= len(content),
        )
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})


def read(operation):
    s3 = client("v2", operation["legacy"])
    answer = s3.get_object(**where(operation))
    with open(operation["file"], "wb") as file:
        file.write(answer["Body"].read())


def attempt(operation):
    try:
        {"read": read, "write": write}[operation["do"]](operation)
        return {"error": None}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([attempt(operation) for operation in given["operations"]], sys.stdout)
