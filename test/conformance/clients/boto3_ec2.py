"""The part of EC2 that is about who reaches an instance, as boto3 speaks it.

Input: {"run", "account", "instance"}.
"""

from aws_clients import client, code_of, run
from checks import check, equal, given

ec2 = client("ec2")
rds = client("rds")


@check
def security_groups():
    """The instance's security group is found, opened for an address and closed again."""
    instance = rds.describe_db_instances(DBInstanceIdentifier=given["instance"])["DBInstances"][0]
    group = instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
    found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    equal([g["GroupId"] for g in found], [group])
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 1433,
        "ToPort": 1433,
        "IpRanges": [{"CidrIp": "192.0.2.7/32", "Description": "conformance"}],
    }
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])

    def addresses():
        rules = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
        return [r["CidrIp"] for p in rules for r in p["IpRanges"] if p.get("FromPort") == 1433]

    assert "192.0.2.7/32" in addresses(), addresses()
    again = code_of(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule])
    equal(again, "InvalidPermission.Duplicate")
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[rule])
    assert "192.0.2.7/32" not in addresses(), addresses()
    equal(
        code_of(ec2.describe_security_groups, GroupIds=["sg-00000000000000000"]),
        "InvalidGroup.NotFound",
    )


@check
def own_group():
    """A security group is made, takes rules of each kind, loses them by id, and is deleted."""
    name = given["run"] + "-group"
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]
    group = ec2.create_security_group(GroupName=name, Description="made", VpcId=vpc["VpcId"])
    group_id = group["GroupId"]
    equal(
        code_of(ec2.create_security_group, GroupName=name, Description="again"),
        "InvalidGroup.Duplicate",
    )
    rule = {"IpProtocol": "tcp", "FromPort": 1433, "ToPort": 1433}
    made = ec2.authorize_security_group_ingress(
        GroupId=group_id,
        IpPermissions=[
            {**rule, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
            {**rule, "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32", "Description": "six"}]},
            {**rule, "UserIdGroupPairs": [{"GroupId": group_id}]},
        ],
    )["SecurityGroupRules"]
    equal(len({r["SecurityGroupRuleId"] for r in made}), 3)
    found = ec2.describe_security_groups(
        Filters=[{"Name": "group-name", "Values": [name]}, {"Name": "vpc-id", "Values": ["*"]}]
    )["SecurityGroups"][0]
    permissions = found["IpPermissions"]
    equal([r["CidrIp"] for p in permissions for r in p["IpRanges"]], ["10.0.0.0/8"])
    equal([r["CidrIpv6"] for p in permissions for r in p["Ipv6Ranges"]], ["2001:db8::/32"])
    equal([r["GroupId"] for p in permissions for r in p["UserIdGroupPairs"]], [group_id])
    ec2.revoke_security_group_ingress(
        GroupId=group_id, SecurityGroupRuleIds=[r["SecurityGroupRuleId"] for r in made]
    )
    ec2.delete_security_group(GroupId=group_id)
    for call, group in (
        (ec2.delete_security_group, {"GroupId": group_id}),
        (ec2.describe_security_groups, {"GroupIds": [group_id]}),
    ):
        equal(code_of(call, **group), "InvalidGroup.NotFound")


@check
def subnets():
    """Subnets lie in the default network, in several zones."""
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    equal({s["VpcId"] for s in found}, {vpc})
    assert len({s["AvailabilityZone"] for s in found}) > 1, found
    one = ec2.describe_subnets(SubnetIds=[found[0]["SubnetId"]])["Subnets"]
    equal([s["SubnetId"] for s in one], [found[0]["SubnetId"]])
    equal(code_of(ec2.describe_subnets, SubnetIds=["subnet-0"]), "InvalidSubnetID.NotFound")


run()
