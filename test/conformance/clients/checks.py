"""Runs functions marked @check and prints one line of JSON for each: its name and its failure."""

import json
import sys
import time
import traceback

_checks = []

#: What the test passed on standard input.
given = json.load(sys.stdin)


def check(function):
    """Registers a check; the first line of its docstring is its name."""
    _checks.append(function)
    return function


def run(after_each=lambda: None):
    """`after_each` may make a check fail that has passed otherwise."""
    for function in _checks:
        error = None
        try:
            function()
            after_each()
        except Exception:
            error = traceback.format_exc(limit=-4)
        name = function.__doc__.strip().splitlines()[0].rstrip(".")
        print(json.dumps({"check": name, "error": error}), flush=True)


def equal(actual, expected):
    assert actual == expected, f"got {actual!r}, expected {expected!r}"


def until(happened, what):
    """Waits for what the sandbox does by itself."""
    deadline = time.monotonic() + 40
    while not happened():
        assert time.monotonic() < deadline, f"never {what}"
        time.sleep(0.3)


def raises(call, *arguments, **named):
    """The exception that the call ends with."""
    try:
        result = call(*arguments, **named)
    except Exception as error:
        return error
    raise AssertionError(f"no exception, but {result!r}")
