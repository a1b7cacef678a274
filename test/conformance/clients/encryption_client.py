"""Writes and reads objects with Amazon's S3 Encryption Client for Python, and reads them without it.

Input: {"kmsKeyId", "bucket", "operations": [{"do": "read" | "write", "key", "context"?, …}]}
  write: "file", "suite": "v2" | "v3", "multipart"?: true
  read: "with": "client", "legacy client" (V2 "kms" wraps and CBC allowed) or "openssl" (boto3 has KMS
    unwrap the data key, the openssl command decrypts the content)
Output: one JSON list with {"error": text or null, "sha256"?, "size"?} for each operation.
"""

import base64
import hashlib
import json
import subprocess
import sys
from functools import cache

import boto3
from s3_encryption import S3EncryptionClient, S3EncryptionClientConfig
from s3_encryption.materials.kms_keyring import KmsKeyring
from s3_encryption.materials.materials import AlgorithmSuite, CommitmentPolicy

given = json.load(sys.stdin)

PART_BYTES = 5 * 1024 * 1024


@cache
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


@cache
def plain_client(service):
    return boto3.client(service)


def where(operation):
    named = {"Bucket": given["bucket"], "Key": operation["key"]}
    if operation.get("context"):
        named["EncryptionContext"] = operation["context"]
    return named


def write(operation):
    s3 = client(operation["suite"], legacy=False)
    with open(operation["file"], "rb") as file:
        content = file.read()
    if not operation.get("multipart"):
        s3.put_object(**where(operation), Body=content)
        return {}
    upload = s3.create_multipart_upload(**where(operation))
    target = {
        "Bucket": given["bucket"],
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
    return {}


def read(operation):
    if operation["with"] == "openssl":
        content = read_without_client(operation["key"])
    else:
        s3 = client("v2", legacy=operation["with"] == "legacy client")
        content = s3.get_object(**where(operation))["Body"].read()
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def read_without_client(key):
    answer = plain_client("s3").get_object(Bucket=given["bucket"], Key=key)
    headers = answer["Metadata"]
    # V1 has no encryption context; in V2 the material description is it.
    is_v1 = "x-amz-key" in headers
    unwrapped = plain_client("kms").decrypt(
        CiphertextBlob=base64.b64decode(headers["x-amz-key" if is_v1 else "x-amz-key-v2"]),
        EncryptionContext={} if is_v1 else json.loads(headers["x-amz-matdesc"]),
    )
    # OpenSSL takes a raw key by argument only; this one opens nothing but the test's object.
    command = ["openssl", "enc", "-d", "-aes-256-cbc", "-K", unwrapped["Plaintext"].hex()]
    command += ["-iv", base64.b64decode(headers["x-amz-iv"]).hex()]
    done = subprocess.run(command, input=answer["Body"].read(), capture_output=True, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr.decode().strip().splitlines()[0])
    return done.stdout


def attempt(operation):
    try:
        return {"error": None, **{"read": read, "write": write}[operation["do"]](operation)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([attempt(operation) for operation in given["operations"]], sys.stdout)
