"""S3 as boto3 speaks it. Input: {"region", "run"}: names of buckets start with "run"."""

import base64
import hashlib
import io
import json
import os
import zlib

from boto3.s3.transfer import TransferConfig
from aws_clients import client, code_of, fetch, run, status_of
from checks import check, equal, given
from policies import policy_document

MIB = 1024 * 1024
s3 = client("s3")
bucket = given["run"] + "-s3"


def put(key, body=b"content", **options):
    return s3.put_object(Bucket=bucket, Key=key, Body=body, **options)


def body_of(key, **options):
    return s3.get_object(Bucket=bucket, Key=key, **options)["Body"].read()


def base64_of(data):
    return base64.b64encode(data).decode()


def upload_of(key, **options):
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key, **options)
    return {"Bucket": bucket, "Key": key, "UploadId": upload["UploadId"]}


@check
def buckets():
    """Buckets are created, found, listed and told apart by region."""
    s3.create_bucket(Bucket=bucket)
    equal(s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"], 200)
    assert bucket in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    # us-east-1 is told as no location at all.
    location = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"]
    equal(location or "us-east-1", given["region"])
    equal(status_of(s3.head_bucket, Bucket=given["run"] + "-missing"), 404)


@check
def bucket_removal():
    """A bucket goes only when it is empty."""
    name = given["run"] + "-short-lived"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a", Body=b"a")
    equal(code_of(s3.delete_bucket, Bucket=name), "BucketNotEmpty")
    s3.delete_object(Bucket=name, Key="a")
    s3.delete_bucket(Bucket=name)
    equal(status_of(s3.head_bucket, Bucket=name), 404)


@check
def round_trip():
    """An object comes back with its bytes, ETag, content type and metadata."""
    body = os.urandom(100_000)
    answer = put("round/trip.bin", body, ContentType="x/y", Metadata={"X-Amz-Key": "a b+c=="})
    equal(answer["ETag"], '"' + hashlib.md5(body).hexdigest() + '"')
    read = s3.get_object(Bucket=bucket, Key="round/trip.bin")
    equal(read["Body"].read(), body)
    equal(read["ETag"], answer["ETag"])
    equal(read["ContentType"], "x/y")
    equal(read["Metadata"], {"x-amz-key": "a b+c=="})
    head = s3.head_object(Bucket=bucket, Key="round/trip.bin")
    equal((head["ContentLength"], head["Metadata"]), (len(body), {"x-amz-key": "a b+c=="}))


@check
def empty_object():
    """An object may be empty."""
    put("empty", b"")
    equal(body_of("empty"), b"")


@check
def hard_keys():
    """Keys may hold blanks, plus signs, percent signs, quotes and any script."""
    keys = [
        "hard/a b+c%20&d=1?#.bak",
        "hard/Sicherung für Köln.bak",
        "hard/日本 'x' <y>.bak",
        "hard//./x",
    ]
    for key in keys:
        put(key, key.encode())
        equal(body_of(key), key.encode())
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="hard/")
    equal([o["Key"] for o in listed["Contents"]], sorted(keys, key=lambda key: key.encode()))


@check
def ranges():
    """Ranges answer 206 with their place; one beyond the end is refused."""
    put("range", bytes(range(100)))
    for wanted, expected in [
        ("0-9", range(0, 10)),
        ("90-", range(90, 100)),
        ("-5", range(95, 100)),
        ("98-500", range(98, 100)),
    ]:
        answer = s3.get_object(Bucket=bucket, Key="range", Range=f"bytes={wanted}")
        equal(answer["Body"].read(), bytes(expected))
        equal(answer["ContentRange"], f"bytes {expected[0]}-{expected[-1]}/100")
        equal(answer["ResponseMetadata"]["HTTPStatusCode"], 206)
    equal(code_of(s3.get_object, Bucket=bucket, Key="range", Range="bytes=100-"), "InvalidRange")


@check
def conditions():
    """If-Match and If-None-Match hold for reading and for writing."""
    tag = put("condition", b"one")["ETag"]
    equal(body_of("condition", IfMatch=tag), b"one")
    equal(
        code_of(s3.get_object, Bucket=bucket, Key="condition", IfMatch='"other"'),
        "PreconditionFailed",
    )
    equal(status_of(s3.get_object, Bucket=bucket, Key="condition", IfNoneMatch=tag), 304)
    equal(code_of(put, key="condition", body=b"two", IfNoneMatch="*"), "PreconditionFailed")
    equal(body_of("condition"), b"one")


@check
def missing():
    """A missing key or bucket is named as such."""
    equal(code_of(s3.get_object, Bucket=bucket, Key="missing"), "NoSuchKey")
    equal(status_of(s3.head_object, Bucket=bucket, Key="missing"), 404)
    equal(code_of(s3.get_object, Bucket=given["run"] + "-missing", Key="x"), "NoSuchBucket")
    equal(code_of(s3.list_objects_v2, Bucket=given["run"] + "-missing"), "NoSuchBucket")


@check
def list_pages():
    """A listing comes in pages, in key order, none lost and none twice."""
    keys = [f"page/{number:03}" for number in range(25)]
    for key in reversed(keys):
        put(key)
    pages = list(
        s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix="page/", PaginationConfig={"PageSize": 7}
        )
    )
    equal([page["KeyCount"] for page in pages], [7, 7, 7, 4])
    equal([o["Key"] for page in pages for o in page["Contents"]], keys)
    equal(pages[0]["Contents"][0]["Size"], 7)
    after = s3.list_objects_v2(Bucket=bucket, Prefix="page/", StartAfter="page/022")
    equal([o["Key"] for o in after["Contents"]], keys[23:])


@check
def list_folders():
    """A delimiter folds keys to common prefixes, across pages too."""
    for key in ["tree/a/1", "tree/a/2", "tree/b/1", "tree/c", "tree/d/e/f"]:
        put(key)
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="tree/", Delimiter="/", PaginationConfig={"PageSize": 2}
    )
    folders, files = [], []
    for page in pages:
        folders += [p["Prefix"] for p in page.get("CommonPrefixes", [])]
        files += [o["Key"] for o in page.get("Contents", [])]
    equal((folders, files), (["tree/a/", "tree/b/", "tree/d/"], ["tree/c"]))
    equal(s3.list_objects_v2(Bucket=bucket, Prefix="nothing/")["KeyCount"], 0)


@check
def multipart():
    """Parts may come out of order and be replaced; the ETag counts them."""
    parts = {1: os.urandom(5 * MIB), 2: os.urandom(5 * MIB), 3: os.urandom(1234)}
    target = upload_of("multi", Metadata={"part": "s"})
    s3.upload_part(**target, PartNumber=2, Body=os.urandom(5 * MIB))
    tags = {n: s3.upload_part(**target, PartNumber=n, Body=parts[n])["ETag"] for n in (3, 1, 2)}
    listed = s3.list_parts(**target)["Parts"]
    equal(
        [(p["PartNumber"], p["Size"], p["ETag"]) for p in listed],
        [(n, len(parts[n]), tags[n]) for n in (1, 2, 3)],
    )
    assert "multi" in [u["Key"] for u in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]]
    done = s3.complete_multipart_upload(
        **target, MultipartUpload={"Parts": [{"PartNumber": n, "ETag": tags[n]} for n in (1, 2, 3)]}
    )
    digests = b"".join(hashlib.md5(parts[n]).digest() for n in (1, 2, 3))
    equal(done["ETag"], '"' + hashlib.md5(digests).hexdigest() + '-3"')
    read = s3.get_object(Bucket=bucket, Key="multi")
    equal(read["Body"].read(), parts[1] + parts[2] + parts[3])
    equal(read["Metadata"], {"part": "s"})
    across = body_of("multi", Range=f"bytes={5 * MIB - 3}-{5 * MIB + 2}")
    equal(across, parts[1][-3:] + parts[2][:3])


@check
def multipart_refusals():
    """Small, unknown, disordered and aborted parts are refused."""
    target = upload_of("refused")
    small = [
        {"PartNumber": n, "ETag": s3.upload_part(**target, PartNumber=n, Body=b"x")["ETag"]}
        for n in (1, 2)
    ]

    def complete(parts):
        return code_of(s3.complete_multipart_upload, **target, MultipartUpload={"Parts": parts})

    equal(complete(small), "EntityTooSmall")
    equal(complete([small[1], small[0]]), "InvalidPartOrder")
    equal(complete([{"PartNumber": 1, "ETag": '"' + "0" * 32 + '"'}]), "InvalidPart")
    s3.abort_multipart_upload(**target)
    equal(code_of(s3.list_parts, **target), "NoSuchUpload")
    equal(code_of(s3.upload_part, **target, PartNumber=1, Body=b"x"), "NoSuchUpload")
    equal(status_of(s3.head_object, Bucket=bucket, Key="refused"), 404)


@check
def checksums():
    """CRC32, SHA-1 and SHA-256 are verified, kept and told."""
    body = os.urandom(70_000)
    values = {
        "CRC32": base64_of(zlib.crc32(body).to_bytes(4, "big")),
        "SHA1": base64_of(hashlib.sha1(body).digest()),
        "SHA256": base64_of(hashlib.sha256(body).digest()),
    }
    for name, value in values.items():
        put("checked", body, ChecksumAlgorithm=name)
        read = s3.get_object(Bucket=bucket, Key="checked", ChecksumMode="ENABLED")
        equal(read[f"Checksum{name}"], value)
        equal(read["Body"].read(), body)
        head = s3.head_object(Bucket=bucket, Key="checked", ChecksumMode="ENABLED")
        equal(head[f"Checksum{name}"], value)
        wrong = {f"Checksum{name}": base64_of(b"\0" * len(base64.b64decode(value)))}
        equal(code_of(put, key="wrong", body=body, **wrong), "BadDigest")
    equal(status_of(s3.head_object, Bucket=bucket, Key="wrong"), 404)


@check
def crc_values():
    """CRC32C and CRC64NVME agree with their published check values."""
    values = {
        "CRC32C": 0xE3069283.to_bytes(4, "big"),
        "CRC64NVME": 0xAE8B14860A799888.to_bytes(8, "big"),
    }
    for name, value in values.items():
        put("crc", b"123456789", **{f"Checksum{name}": base64_of(value)})
        read = s3.get_object(Bucket=bucket, Key="crc", ChecksumMode="ENABLED")
        equal(read[f"Checksum{name}"], base64_of(value))
        wrong = {f"Checksum{name}": base64_of(value[::-1])}
        equal(code_of(put, key="crc", body=b"123456789", **wrong), "BadDigest")


@check
def content_md5():
    """A Content-MD5 that does not fit the body is refused."""
    put("md5", b"abc", ContentMD5=base64_of(hashlib.md5(b"abc").digest()))
    refused = code_of(
        put, key="md5", body=b"abd", ContentMD5=base64_of(hashlib.md5(b"abc").digest())
    )
    equal(refused, "BadDigest")
    equal(body_of("md5"), b"abc")


@check
def part_checksums():
    """A part's checksum is verified, and the object's is composed of them."""
    parts = [os.urandom(5 * MIB), os.urandom(77)]
    target = upload_of("part-checks", ChecksumAlgorithm="SHA256")
    sums = [hashlib.sha256(part).digest() for part in parts]
    wrong = code_of(
        s3.upload_part, **target, PartNumber=1, Body=parts[0], ChecksumSHA256=base64_of(sums[1])
    )
    equal(wrong, "BadDigest")
    done = []
    for number, part in enumerate(parts, 1):
        answer = s3.upload_part(**target, PartNumber=number, Body=part, ChecksumAlgorithm="SHA256")
        equal(answer["ChecksumSHA256"], base64_of(sums[number - 1]))
        done.append(
            {
                "PartNumber": number,
                "ETag": answer["ETag"],
                "ChecksumSHA256": answer["ChecksumSHA256"],
            }
        )
    result = s3.complete_multipart_upload(**target, MultipartUpload={"Parts": done})
    equal(result["ChecksumSHA256"], base64_of(hashlib.sha256(b"".join(sums)).digest()) + "-2")


@check
def managed_transfer():
    """boto3's transfer manager moves 20 MiB up and down in parallel parts."""
    body = os.urandom(20 * MIB + 1)
    config = TransferConfig(
        multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4
    )
    s3.upload_fileobj(
        io.BytesIO(body), bucket, "managed", Config=config, ExtraArgs={"Metadata": {"a": "1"}}
    )
    back = io.BytesIO()
    s3.download_fileobj(bucket, "managed", back, Config=config)
    equal(hashlib.sha256(back.getvalue()).hexdigest(), hashlib.sha256(body).hexdigest())
    head = s3.head_object(Bucket=bucket, Key="managed")
    equal(
        (head["ContentLength"], head["Metadata"], head["ETag"][-3:]), (len(body), {"a": "1"}, '-5"')
    )


@check
def copies():
    """A copy keeps the metadata unless told to replace it."""
    put("copy/source 1+2", b"copied", Metadata={"kept": "yes"})
    source = {"Bucket": bucket, "Key": "copy/source 1+2"}
    s3.copy_object(Bucket=bucket, Key="copy/a", CopySource=source)
    s3.copy_object(
        Bucket=bucket,
        Key="copy/b",
        CopySource=source,
        Metadata={"new": "1"},
        MetadataDirective="REPLACE",
    )
    equal(s3.get_object(Bucket=bucket, Key="copy/a")["Metadata"], {"kept": "yes"})
    equal(s3.get_object(Bucket=bucket, Key="copy/b")["Metadata"], {"new": "1"})
    equal(body_of("copy/b"), b"copied")
    onto_itself = code_of(s3.copy_object, Bucket=bucket, Key="copy/source 1+2", CopySource=source)
    equal(onto_itself, "InvalidRequest")
    missing_source = {"Bucket": bucket, "Key": "copy/missing"}
    equal(
        code_of(s3.copy_object, Bucket=bucket, Key="copy/c", CopySource=missing_source), "NoSuchKey"
    )


@check
def copied_parts():
    """Parts may be copied from ranges of another object."""
    body = os.urandom(6 * MIB)
    put("copy/large", body)
    source = {"Bucket": bucket, "Key": "copy/large"}
    target = upload_of("copy/parts")
    parts = []
    for number, wanted in enumerate(["bytes=0-5242879", "bytes=100-199"], 1):
        answer = s3.upload_part_copy(
            **target, PartNumber=number, CopySource=source, CopySourceRange=wanted
        )
        parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
    s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
    equal(body_of("copy/parts"), body[: 5 * MIB] + body[100:200])


@check
def other_region():
    """A bucket of another region is found there after a redirect."""
    name = given["run"] + "-elsewhere"
    other = "eu-west-3" if given["region"] != "eu-west-3" else "eu-west-1"
    there = client("s3", region_name=other)
    there.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": other})
    there.put_object(Bucket=name, Key="a", Body=b"far away")
    equal(there.get_bucket_location(Bucket=name)["LocationConstraint"], other)
    # boto3 asks for the region and repeats the request there, which takes more than one attempt.
    patient = client("s3", attempts=3)
    equal(patient.get_object(Bucket=name, Key="a")["Body"].read(), b"far away")


@check
def attributes():
    """The attributes of an object tell its size, its checksum and its parts."""
    head = s3.get_object_attributes(
        Bucket=bucket,
        Key="part-checks",
        ObjectAttributes=["ETag", "Checksum", "ObjectParts", "ObjectSize"],
    )
    equal(head["ObjectSize"], 5 * MIB + 77)
    equal(head["ObjectParts"]["TotalPartsCount"], 2)
    assert head["Checksum"]["ChecksumSHA256"]


@check
def older_listing():
    """The first version of the listing still works, with a marker."""
    keys = [f"older/{number}" for number in range(5)]
    for key in keys:
        put(key)
    pages = s3.get_paginator("list_objects").paginate(
        Bucket=bucket, Prefix="older/", PaginationConfig={"PageSize": 2}
    )
    equal([o["Key"] for page in pages for o in page["Contents"]], keys)


@check
def bucket_settings():
    """Encryption, policy and tags of a bucket are set, told and removed."""
    name = given["run"] + "-settings"
    s3.create_bucket(Bucket=name)

    def default():
        answer = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
        return answer["Rules"][0]["ApplyServerSideEncryptionByDefault"]

    equal(default(), {"SSEAlgorithm": "AES256"})
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    by_kms = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": by_kms, "BucketKeyEnabled": True}]
        },
    )
    equal(default(), by_kms)
    encrypted = s3.put_object(Bucket=name, Key="a", Body=b"a")
    equal((encrypted["ServerSideEncryption"], encrypted["SSEKMSKeyId"]), ("aws:kms", key))
    s3.delete_bucket_encryption(Bucket=name)
    equal(default(), {"SSEAlgorithm": "AES256"})

    equal(code_of(s3.get_bucket_policy, Bucket=name), "NoSuchBucketPolicy")
    policy = policy_document("Deny", "*", "s3:PutObject", f"arn:aws:s3:::{name}/closed/*")
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    equal(json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]), policy)
    # The root user is bound by no policy here.
    person = administrator()
    person.put_object(Bucket=name, Key="open/x", Body=b"")
    equal(code_of(person.put_object, Bucket=name, Key="closed/x", Body=b""), "AccessDenied")
    equal(code_of(s3.put_bucket_policy, Bucket=name, Policy="{}"), "MalformedPolicy")
    s3.delete_bucket_policy(Bucket=name)
    person.put_object(Bucket=name, Key="closed/x", Body=b"")

    equal(code_of(s3.get_bucket_tagging, Bucket=name), "NoSuchTagSet")
    tags = [{"Key": "team", "Value": "dba"}]
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
    equal(s3.get_bucket_tagging(Bucket=name)["TagSet"], tags)
    s3.delete_bucket_tagging(Bucket=name)
    equal(code_of(s3.get_bucket_tagging, Bucket=name), "NoSuchTagSet")


def administrator():
    """S3 by a user who may do everything."""
    iam = client("iam")
    name = given["run"] + "-administrator"
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return client(
        "s3",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )


@check
def bucket_facts():
    """A bucket is private, not versioned, and has no lifecycle."""
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    access = s3.get_bucket_acl(Bucket=bucket)
    equal([g["Permission"] for g in access["Grants"]], ["FULL_CONTROL"])
    equal(access["Grants"][0]["Grantee"]["ID"], access["Owner"]["ID"])
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    equal([r["ObjectOwnership"] for r in controls["Rules"]], ["BucketOwnerEnforced"])
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    equal(set(block.values()), {True})
    equal(
        code_of(s3.get_bucket_lifecycle_configuration, Bucket=bucket),
        "NoSuchLifecycleConfiguration",
    )


@check
def object_tags():
    """Tags come with an object."""
    put("tagged", Tagging="team=dba&a=")
    equal(
        s3.get_object_tagging(Bucket=bucket, Key="tagged")["TagSet"],
        [{"Key": "team", "Value": "dba"}, {"Key": "a", "Value": ""}],
    )


@check
def deletion():
    """Objects go one by one or many at once; a missing one is no error."""
    for key in ["gone/1", "gone/2", "gone/3"]:
        put(key)
    s3.delete_object(Bucket=bucket, Key="gone/1")
    s3.delete_object(Bucket=bucket, Key="gone/1")
    many = {"Objects": [{"Key": "gone/2"}, {"Key": "gone/3"}, {"Key": "gone/never"}]}
    answer = s3.delete_objects(Bucket=bucket, Delete=many)
    equal(sorted(d["Key"] for d in answer["Deleted"]), ["gone/2", "gone/3", "gone/never"])
    equal(s3.list_objects_v2(Bucket=bucket, Prefix="gone/")["KeyCount"], 0)


@check
def presigned():
    """A presigned URL reads and writes without credentials, and only what it was signed for."""
    signer = client("s3", signature="s3v4")

    def sign(call, key, expires=600):
        return signer.generate_presigned_url(
            call, Params={"Bucket": bucket, "Key": key}, ExpiresIn=expires
        )

    equal(fetch(sign("put_object", "signed ü+.txt"), "PUT", b"by url"), (200, b""))
    url = sign("get_object", "signed ü+.txt")
    equal(fetch(url), (200, b"by url"))
    put("other.txt")
    status, body = fetch(url.replace("signed", "other"))
    equal(status, 403)
    assert b"SignatureDoesNotMatch" in body, body
    status, body = fetch(url, "PUT", b"x")
    equal(status, 403)


@check
def signatures():
    """A wrong secret, an unknown access key and an old signature are refused by name."""
    known = os.environ["AWS_ACCESS_KEY_ID"]
    wrong = client("s3", aws_access_key_id=known, aws_secret_access_key="not-the-secret")
    equal(code_of(wrong.list_buckets), "SignatureDoesNotMatch")
    unknown = client("s3", aws_access_key_id="AKIAUNKNOWNUNKNOWN00", aws_secret_access_key="x")
    equal(code_of(unknown.list_buckets), "InvalidAccessKeyId")
    old = client("s3", signature="s3")
    equal(code_of(old.list_buckets), "InvalidRequest")
    status, body = fetch(f"{s3.meta.endpoint_url}/{bucket}/round/trip.bin")
    equal(status, 403)
    assert b"AccessDenied" in body, body


run(refused={"s3 GET bucket lifecycle"})
