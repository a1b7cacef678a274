"""RDS as boto3 speaks it.

Input: {"run", "instance", "optionGroup", "roleArn", "account", "region"}.
"""

from aws_clients import client, code_of, run
from checks import check, equal, given, until

rds = client("rds")
BACKUP_RESTORE = "SQLSERVER_BACKUP_RESTORE"
group = given["run"] + "-group"


def instance(name):
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


@check
def instances():
    """Instances are listed with engine, endpoint and option group, in pages too."""
    found = {
        i["DBInstanceIdentifier"]: i
        for page in rds.get_paginator("describe_db_instances").paginate(
            PaginationConfig={"PageSize": 20}
        )
        for i in page["DBInstances"]
    }
    one = found[given["instance"]]
    equal(one["DBInstanceStatus"], "available")
    assert one["Engine"].startswith("sqlserver-"), one["Engine"]
    assert one["Endpoint"]["Port"] > 0 and one["Endpoint"]["Address"]
    equal(
        one["DBInstanceArn"],
        f"arn:aws:rds:{given['region']}:{given['account']}:db:{given['instance']}",
    )
    equal([m["OptionGroupName"] for m in one["OptionGroupMemberships"]], [given["optionGroup"]])
    equal(instance(given["instance"])["DBInstanceArn"], one["DBInstanceArn"])
    equal(code_of(rds.describe_db_instances, DBInstanceIdentifier="none"), "DBInstanceNotFound")


@check
def option_groups():
    """Option groups are listed with their options and settings."""
    answer = rds.describe_option_groups(OptionGroupName=given["optionGroup"])["OptionGroupsList"]
    option = next(o for o in answer[0]["Options"] if o["OptionName"] == BACKUP_RESTORE)
    settings = {s["Name"]: s["Value"] for s in option["OptionSettings"]}
    equal(settings["IAM_ROLE_ARN"], given["roleArn"])
    every = rds.describe_option_groups()["OptionGroupsList"]
    assert given["optionGroup"] in [g["OptionGroupName"] for g in every]
    equal(code_of(rds.describe_option_groups, OptionGroupName="none"), "OptionGroupNotFoundFault")


@check
def changing_an_option_group():
    """An option group is made, gets the option, gives it back and goes."""
    source = rds.describe_option_groups(OptionGroupName=given["optionGroup"])["OptionGroupsList"][0]
    made = rds.create_option_group(
        OptionGroupName=group,
        EngineName=source["EngineName"],
        MajorEngineVersion=source["MajorEngineVersion"],
        OptionGroupDescription="made by boto3",
    )["OptionGroup"]
    equal((made["OptionGroupName"], made.get("Options", [])), (group, []))
    again = {k: source[k] for k in ("EngineName", "MajorEngineVersion")}
    equal(
        code_of(
            rds.create_option_group, OptionGroupName=group, OptionGroupDescription="x", **again
        ),
        "OptionGroupAlreadyExistsFault",
    )
    option = {
        "OptionName": BACKUP_RESTORE,
        "OptionSettings": [{"Name": "IAM_ROLE_ARN", "Value": given["roleArn"]}],
    }
    changed = rds.modify_option_group(
        OptionGroupName=group, OptionsToInclude=[option], ApplyImmediately=True
    )
    equal([o["OptionName"] for o in changed["OptionGroup"]["Options"]], [BACKUP_RESTORE])
    changed = rds.modify_option_group(
        OptionGroupName=group, OptionsToRemove=[BACKUP_RESTORE], ApplyImmediately=True
    )
    equal(changed["OptionGroup"].get("Options", []), [])
    rds.delete_option_group(OptionGroupName=group)
    equal(code_of(rds.describe_option_groups, OptionGroupName=group), "OptionGroupNotFoundFault")


@check
def option_in_use():
    """The option group of an instance cannot be deleted."""
    equal(
        code_of(rds.delete_option_group, OptionGroupName=given["optionGroup"]),
        "InvalidOptionGroupStateFault",
    )


@check
def offers():
    """Engine versions and the options they offer are told."""
    versions = rds.describe_db_engine_versions(Engine="sqlserver-se")["DBEngineVersions"]
    assert versions and all(v["Engine"] == "sqlserver-se" for v in versions)
    options = rds.describe_option_group_options(EngineName="sqlserver-se")["OptionGroupOptions"]
    assert BACKUP_RESTORE in [o["Name"] for o in options]


@check
def tags():
    """Tags of an instance and of an option group are added, listed and removed."""
    arns = [
        instance(given["instance"])["DBInstanceArn"],
        rds.describe_option_groups(OptionGroupName=given["optionGroup"])["OptionGroupsList"][0][
            "OptionGroupArn"
        ],
    ]
    for arn in arns:
        before = rds.list_tags_for_resource(ResourceName=arn)["TagList"]
        tag = {"Key": given["run"], "Value": "1"}
        rds.add_tags_to_resource(ResourceName=arn, Tags=[tag])
        assert tag in rds.list_tags_for_resource(ResourceName=arn)["TagList"]
        rds.remove_tags_from_resource(ResourceName=arn, TagKeys=[given["run"]])
        equal(rds.list_tags_for_resource(ResourceName=arn)["TagList"], before)


@check
def snapshots():
    """A snapshot is taken, becomes available, is listed and is deleted."""
    name = given["run"] + "-snapshot"

    def snapshot():
        return rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]

    until(lambda: instance(given["instance"])["DBInstanceStatus"] == "available", "available")
    made = rds.create_db_snapshot(
        DBSnapshotIdentifier=name, DBInstanceIdentifier=given["instance"]
    )["DBSnapshot"]
    equal((made["SnapshotType"], made["DBInstanceIdentifier"]), ("manual", given["instance"]))
    until(lambda: snapshot()["Status"] == "available", "available")
    rds.delete_db_snapshot(DBSnapshotIdentifier=name)
    equal(code_of(rds.describe_db_snapshots, DBSnapshotIdentifier=name), "DBSnapshotNotFound")


@check
def life_of_an_instance():
    """An instance is created, becomes available, gets another option group and is deleted."""
    name = given["run"] + "-db"
    source = instance(given["instance"])
    made = rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine=source["Engine"],
        EngineVersion=source["EngineVersion"],
        DBInstanceClass="db.t3.small",
        AllocatedStorage=20,
        MasterUsername="admin",
        MasterUserPassword="conformance-only",
        LicenseModel="license-included",
    )["DBInstance"]
    equal((made["DBInstanceStatus"], made.get("Endpoint")), ("creating", None))
    until(lambda: instance(name)["DBInstanceStatus"] == "available", "available")
    assert instance(name)["Endpoint"]["Port"] > 0
    rds.modify_db_instance(
        DBInstanceIdentifier=name, OptionGroupName=given["optionGroup"], ApplyImmediately=True
    )

    def in_sync():
        members = instance(name)["OptionGroupMemberships"]
        return [(m["OptionGroupName"], m["Status"]) for m in members] == [
            (given["optionGroup"], "in-sync")
        ]

    until(in_sync, "in-sync")

    def status():
        return instance(name)["DBInstanceStatus"]

    for call, during, after in (
        (rds.reboot_db_instance, "rebooting", "available"),
        (rds.stop_db_instance, "stopping", "stopped"),
        (rds.start_db_instance, "starting", "available"),
    ):
        equal(call(DBInstanceIdentifier=name)["DBInstance"]["DBInstanceStatus"], during)
        until(lambda: status() == after, after)
    equal(code_of(rds.start_db_instance, DBInstanceIdentifier=name), "InvalidDBInstanceState")
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    until(
        lambda: name
        not in [i["DBInstanceIdentifier"] for i in rds.describe_db_instances()["DBInstances"]],
        "gone",
    )


run()
