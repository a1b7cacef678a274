"""Writes V1 objects with s3-encryption, the Python package that is compatible with the first Ruby client.

Input: {"bucket", "objects": [{"key", "file", "masterKey": hexadecimal, "description"?}]}
Output: {} after reading each object back with the same package.
"""

import json
import sys

import boto3
from s3_encryption.client import S3EncryptionClient

given = json.load(sys.stdin)
s3 = boto3.client("s3")

for entry in given["objects"]:
    described = {"materials_description": entry["description"]} if "description" in entry else {}
    client = S3EncryptionClient(
        client=s3, encryption_key=bytes.fromhex(entry["masterKey"]), **described
    )
    with open(entry["file"], "rb") as file:
        content = file.read()
    client.put_object(Bucket=given["bucket"], Key=entry["key"], Body=content)
    assert client.get_object(Bucket=given["bucket"], Key=entry["key"]) == content, entry["key"]

json.dump({}, sys.stdout)
