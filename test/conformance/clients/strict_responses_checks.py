"""The judge of answers judged: what it must find, in each protocol, in answers that are made up."""

import json

import botocore.session
from checks import check, equal, run
from strict_responses import Answer

session = botocore.session.get_session()


def findings(service, operation, body, status=200, **headers):
    model = session.get_service_model(service).operation_model(operation)
    text = body if isinstance(body, str) else json.dumps(body)
    answer = Answer(model, {"status_code": status, "headers": headers, "body": text.encode()})
    answer.judge()
    return answer.findings


def query(service, operation, result):
    model = session.get_service_model(service)
    name = operation + "Result"
    return (
        f'<{operation}Response xmlns="{model.metadata["xmlNamespace"]}"><{name}>{result}</{name}>'
        f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{operation}Response>"
    )


@check
def json_answers():
    """JSON: unknown and missing members, types, enumerations, lengths."""
    key = "11111111-2222-3333-4444-555555555555"
    equal(findings("kms", "DescribeKey", {"KeyMetadata": {"KeyId": key}}), [])
    for metadata, finding in (
        ({}, ".KeyMetadata.KeyId: is required and missing"),
        ({"KeyId": key, "Colour": 1}, ".KeyMetadata.Colour: is not in the model"),
        ({"KeyId": key, "Enabled": "true"}, ".KeyMetadata.Enabled: 'true' is not of type bool"),
        ({"KeyId": key, "CreationDate": "2026"}, "'2026' is not of type timestamp"),
        ({"KeyId": key, "KeyState": "Broken"}, "'Broken' is none of Creating"),
        ({"KeyId": ""}, ".KeyMetadata.KeyId: 0 is less than 1"),
    ):
        found = findings("kms", "DescribeKey", {"KeyMetadata": metadata})
        assert len(found) == 1 and finding in found[0], found
    equal(findings("kms", "EnableKey", {"Done": True}) != [], True)


@check
def query_answers():
    """Query: unknown and missing elements, types, a wrapper too many, patterns, twice the same."""
    user = "<Path>/</Path><UserName>a</UserName><UserId>AIDAAAAAAAAAAAAAAAAA</UserId>"
    user += "<Arn>arn:aws:iam::123456789012:user/a</Arn>"
    user += "<CreateDate>2026-01-01T00:00:00Z</CreateDate>"
    for text, wanted in (
        (user, None),
        (user + "<Hat/>", ".User.Hat: is not in the model"),
        (user.replace("<Path>/</Path>", ""), ".User.Path: is required and missing"),
        (user.replace(">a<", ">a b<"), "does not match"),
        (user.replace("T00:00:00Z", ""), "is not of type timestamp"),
        (user + "<UserName>b</UserName>", ".User.UserName: is there more than once"),
        (user + "words", "has text"),
    ):
        body = query("iam", "GetUser", f"<User>{text}</User>")
        found = findings("iam", "GetUser", body)
        assert wanted is None and not found or wanted in "".join(found), (text, found)
    equal(
        findings("iam", "DeleteUser", query("iam", "DeleteUser", "")),
        [".DeleteUserResult: is not in the model"],
    )


@check
def ec2_answers():
    """EC2: unknown elements and items of lists."""
    start = '<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
    for text, wanted in (
        ("<requestId>1</requestId><vpcSet><item><vpcId>a</vpcId></item></vpcSet>", []),
        ("<vpcSet/>", [": has no requestId"]),
        ("<requestId>1</requestId><vpcSet><a/></vpcSet>", [".vpcSet.a: is in a list of item"]),
        ("<requestId>1</requestId><vpc/>", [".vpc: is not in the model"]),
    ):
        equal(findings("ec2", "DescribeVpcs", start + text + "</DescribeVpcsResponse>"), wanted)


@check
def s3_answers():
    """S3: headers, flattened lists, attributes, namespaces."""
    space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
    listing = f"<ListBucketResult {space}><Contents><Key>a</Key></Contents>{{}}</ListBucketResult>"
    for text, wanted in (
        ("<Contents><Size>3</Size></Contents>", []),
        ("<Contents><Size>x</Size></Contents>", ["is not of type long"]),
        ("<IsTruncated>True</IsTruncated>", ["neither true nor false"]),
        ("<Content/>", [".Content: is not in the model"]),
    ):
        found = findings("s3", "ListObjectsV2", listing.format(text))
        assert len(found) == len(wanted) and all(w in f for w, f in zip(wanted, found)), found
    equal(len(findings("s3", "ListObjectsV2", "<ListBucketResult/>")), 1)
    found = findings("s3", "HeadObject", "", **{"x-amz-meta-a": "1", "x-amz-hat": "1"})
    equal(found, [" header x-amz-hat: is not in the model"])
    found = findings("s3", "HeadObject", "", **{"x-amz-server-side-encryption": "ROT13"})
    assert "is none of" in found[0], found


@check
def failures():
    """Failures: codes the operation does not know, the wrong status, unknown members."""
    known = {"__type": "NotFoundException", "message": "x"}
    equal(findings("kms", "DescribeKey", known, 400), [])
    assert findings("kms", "DescribeKey", {**known, "hint": "x"}, 400)
    assert findings("kms", "DescribeKey", {"__type": "NoSuchThing"}, 400)
    body = (
        "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>x</Message>"
        "</Error><RequestId>1</RequestId></ErrorResponse>"
    )
    equal(findings("iam", "GetUser", body, 404), [])
    equal(findings("iam", "GetUser", body, 400), [" NoSuchEntity: comes with status 400, not 404"])
    assert findings("iam", "GetUser", body.replace("<Type>Sender</Type>", ""), 404)


run()
