"""The AWS CLI's own code in this process, so that a hundred calls do not take a hundred starts."""

import contextlib
import io
import json
import os
import re

import checks
from awscli.clidriver import create_clidriver
from checks import check, equal, given
from offered_operations import undone
from strict_responses import StrictResponses

strict = StrictResponses()
driver = create_clidriver()
strict.attach(driver.session.get_component("event_emitter"))


def attempt(*arguments):
    """Exit code, output and error output of `aws ARGUMENTS`."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            code = driver.main([*arguments, "--endpoint-url", os.environ["AWS_ENDPOINT_URL"]])
        except SystemExit as usage:
            code = usage.code
    return code, output.getvalue(), errors.getvalue()


def aws(*arguments):
    """What a command prints as JSON, of the shape of its operation; None for nothing."""
    code, output, errors = attempt(*arguments, "--output", "json")
    equal((code, errors), (0, ""))
    if not output.strip():
        return None
    # Where the CLI puts pages together, it shows members that no page has as null.
    value = {name: member for name, member in json.loads(output).items() if member is not None}
    findings = list(unlike(strict.answered[-1][1].output_shape, value, ""))
    assert not findings, f"aws {' '.join(arguments[:2])}: " + "; ".join(findings)
    return value


def refusal(*arguments):
    """The error code with which a command ends."""
    code, _, errors = attempt(*arguments)
    assert code != 0, f"aws {' '.join(arguments)} went well"
    found = re.search(r"An error occurred \((\w+(?:\.\w+)*)\) when calling", errors)
    assert found, errors
    return found[1]


def unlike(shape, value, path):
    """Where a printed value is not of the shape."""
    kind = shape.type_name
    wanted = {
        **{"structure": dict, "map": dict, "list": list, "boolean": bool},
        **{"integer": int, "long": int, "float": float, "double": float},
        # Timestamps stay as they came, which is a number in JSON.
        "timestamp": (str, int, float),
    }
    # A policy document is a string for the service and JSON for the CLI.
    if "policyDocument" in shape.name and isinstance(value, dict):
        return
    if isinstance(value, bool) != (kind == "boolean") or not isinstance(
        value, wanted.get(kind, str)
    ):
        yield f"{path} is {value!r}, not of type {kind}"
    elif kind == "structure":
        for name in value.keys() - shape.members.keys():
            yield f"{path}.{name} is no member of {shape.name}"
        for name in set(shape.required_members) - value.keys():
            yield f"{path}.{name} is missing"
        for name in value.keys() & shape.members.keys():
            yield from unlike(shape.members[name], value[name], f"{path}.{name}")
    elif kind == "list":
        for index, item in enumerate(value):
            yield from unlike(shape.member, item, f"{path}[{index}]")
    elif kind == "map":
        for key, item in value.items():
            yield from unlike(shape.value, item, f"{path}.{key}")
    elif kind == "string" and value not in shape.metadata.get("enum", [value]):
        yield f"{path} is {value!r}"


def run(refused=frozenset()):
    """As in aws_clients.py."""

    @check
    def every_operation():
        """Every operation that the sandbox offers was answered."""
        equal(set(undone(given["operations"], strict.answered)), refused)

    checks.run(after_each=strict.raise_findings)
