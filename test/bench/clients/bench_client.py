"""One upload or download by Amazon's S3 Encryption Client for Python.

FigureInput (figures.ts) as JSON on standard input, Measured (measure.ts) as JSON on standard output.
Argument: MiB of a part.
"""

import json
import resource
import sys
import time

import boto3
from s3_encryption import S3EncryptionClient, S3EncryptionClientConfig
from s3_encryption.materials.kms_keyring import KmsKeyring

MIB = 1024 * 1024
PART_BYTES = int(sys.argv[1]) * MIB
READ_BYTES = MIB

given = json.load(sys.stdin)
where = {"endpoint_url": given["endpointUrl"], "region_name": given["region"]}
keyring = KmsKeyring(kms_client=boto3.client("kms", **where), kms_key_id=given["kmsKeyId"])
config = S3EncryptionClientConfig(keyring=keyring, enable_delayed_authentication=True)
client = S3EncryptionClient(boto3.client("s3", **where), config)


def upload():
    client.upload_file(
        given["file"], given["bucket"], given["key"], multipart_chunksize=PART_BYTES
    )


def download():
    answer = client.get_object(Bucket=given["bucket"], Key=given["key"])
    with open(given["target"], "wb") as file:
        while piece := answer["Body"].read(READ_BYTES):
            file.write(piece)


uploads = given["figure"].endswith("Upload")
started = time.perf_counter()
(upload if uploads else download)()
wall = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_SELF)


def peak_mib():
    """What the kernel notes of this program; getrusage also counts the one it was started by."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    except FileNotFoundError:
        return None


if uploads:
    how = f"upload_file, parts of {sys.argv[1]} MiB, which it sends one after another"
else:
    how = "enable_delayed_authentication, read 1 MiB at a time into a file"
settings = f"suite 115; {how}; Python {sys.version.split()[0]}"
cpu = used.ru_utime + used.ru_stime
measured = {"wallS": wall, "cpuS": cpu, "peakMiB": peak_mib(), "settings": settings}
print(json.dumps(measured))
