"""What the boto3 checks share."""

from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import checks
from botocore.config import Config
from botocore.exceptions import ClientError
from checks import check, equal, given, raises
from offered_operations import undone
from strict_responses import StrictResponses

strict = StrictResponses()


def client(service, attempts=1, signature=None, **options):
    """A client whose answers are judged. One attempt, so that a check sees the first answer."""
    config = Config(retries={"total_max_attempts": attempts}, signature_version=signature)
    made = boto3.client(service, config=config, **options)
    strict.attach(made.meta.events)
    return made


def run(refused=frozenset()):
    """
    Runs the checks, each of which fails too when an answer was not as botocore's models say.
    `refused` are operations that the sandbox never answers with success.
    """

    @check
    def every_operation():
        """Every operation that the sandbox offers was answered."""
        equal(set(undone(given["operations"], strict.answered)), refused)

    checks.run(after_each=strict.raise_findings)


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
