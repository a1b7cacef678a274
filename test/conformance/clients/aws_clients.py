"""What the boto3 checks share."""

from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from checks import raises

#: One attempt, so that a check sees the first answer.
once = Config(retries={"total_max_attempts": 1})


def client(service, **options):
    return boto3.client(service, config=once, **options)


def code_of(call, **named):
    """The error code that AWS answers the call with."""
    error = raises(call, **named)
    assert isinstance(error, ClientError), repr(error)
    return error.response["Error"]["Code"]


def status_of(call, **named):
    """The HTTP status of the call's failure; HEAD requests have no error code."""
    error = raises(call, **named)
    assert isinstance(error, ClientError), repr(error)
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


def fetch(url, method="GET", body=None):
    """Status and body of a request without any AWS client."""
    try:
        # Without a type of ours urllib would declare the body an HTML form.
        headers = {"Content-Type": "application/octet-stream"} if body else {}
        with urlopen(Request(url, body, headers, method=method), timeout=20) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()
