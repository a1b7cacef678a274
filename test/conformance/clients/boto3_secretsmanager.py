"""Secrets Manager as boto3 speaks it. Input: {"run", "account", "instance"}."""

import json

from aws_clients import client, code_of, run
from checks import check, equal, given
from policies import policy_document

secrets = client("secretsmanager")


@check
def secret_values():
    """A secret is kept, found by name and ARN, changed and deleted."""
    name = given["run"] + "/password"
    made = secrets.create_secret(Name=name, SecretString='{"password": "first ü"}')
    for key in (name, made["ARN"]):
        equal(secrets.get_secret_value(SecretId=key)["SecretString"], '{"password": "first ü"}')
    secrets.put_secret_value(SecretId=name, SecretString="second")
    equal(secrets.get_secret_value(SecretId=name)["SecretString"], "second")
    equal(secrets.describe_secret(SecretId=name)["Name"], name)
    listed = [
        s["Name"]
        for page in secrets.get_paginator("list_secrets").paginate()
        for s in page["SecretList"]
    ]
    assert name in listed, listed
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    equal(code_of(secrets.get_secret_value, SecretId=name), "ResourceNotFoundException")


@check
def update():
    """A secret's description and value change together; the old value stays as the previous one."""
    name = given["run"] + "/updated"
    arn = secrets.create_secret(Name=name, SecretString="one", Description="first")["ARN"]
    secrets.update_secret(SecretId=name, SecretString="two", Description="second")
    equal(secrets.describe_secret(SecretId=arn)["Description"], "second")
    for stage, value in (("AWSCURRENT", "two"), ("AWSPREVIOUS", "one")):
        found = secrets.get_secret_value(SecretId=name, VersionStage=stage)
        equal((found["SecretString"], found["VersionStages"]), (value, [stage]))
    binary = secrets.create_secret(Name=name + "/bytes", SecretBinary=b"\0\xff")
    equal(secrets.get_secret_value(SecretId=binary["ARN"])["SecretBinary"], b"\0\xff")


@check
def recovery():
    """A deleted secret cannot be read, and comes back within its recovery window."""
    name = given["run"] + "/deleted"
    secrets.create_secret(Name=name, SecretString="kept")
    secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    equal(code_of(secrets.get_secret_value, SecretId=name), "InvalidRequestException")
    equal(code_of(secrets.create_secret, Name=name), "InvalidRequestException")
    assert secrets.describe_secret(SecretId=name)["DeletedDate"]
    secrets.restore_secret(SecretId=name)
    equal(secrets.get_secret_value(SecretId=name)["SecretString"], "kept")
    equal(code_of(secrets.create_secret, Name=name), "ResourceExistsException")


@check
def resource_policy():
    """A policy of the secret's own is kept; one that is none is refused."""
    name = given["run"] + "/policy"
    secrets.create_secret(Name=name, SecretString="x")
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId=name)
    policy = policy_document(
        "Deny",
        {"AWS": f"arn:aws:iam::{given['account']}:root"},
        "secretsmanager:DeleteSecret",
        "*",
    )
    secrets.put_resource_policy(SecretId=name, ResourcePolicy=json.dumps(policy))
    equal(json.loads(secrets.get_resource_policy(SecretId=name)["ResourcePolicy"]), policy)
    equal(
        code_of(secrets.put_resource_policy, SecretId=name, ResourcePolicy="{}"),
        "MalformedPolicyDocumentException",
    )


run()
