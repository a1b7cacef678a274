import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import type { XmlValue } from '../http/xml.js';
import type { Access, ServiceCall } from '../iam/access.js';
import type { QueryOperation } from '../http/operation.js';
import { readRules, sameRule } from './ingressRules.js';
import type { NetworkStore, Rule, SecurityGroup } from './networkStore.js';

/** The part of EC2's API that is about who can reach an instance. */
export function ec2Operations(
  network: NetworkStore,
  access: Access,
  /** Instances of RDS that use a security group, which keeps it from being deleted. */
  usersOf: (group: SecurityGroup) => string[],
): Record<string, QueryOperation> {
  function demand(call: ServiceCall, action: string, resource = '*'): void {
    access.require(call, { action: `ec2:${action}`, resource }, (message) => {
      const sentence = `You are not authorized to perform this operation. ${message}`;
      return new ServiceFailure('UnauthorizedOperation', sentence, 403);
    });
  }

  const groupArn = (call: ServiceCall, id: string) =>
    `arn:aws:ec2:${call.region}:${network.accountId}:security-group/${id}`;

  function openGroup(input: QueryInput, call: ServiceCall, action: string): SecurityGroup {
    const id = input.text('GroupId');
    const name = input.text('GroupName');
    const group = network
      .groups(call.region)
      .find((candidate) => (id === undefined ? candidate.name === name : candidate.id === id));
    if (group === undefined) throw groupNotFound(id ?? name ?? '');
    demand(call, action, groupArn(call, group.id));
    return group;
  }

  return {
    DescribeSecurityGroups: (input, call) => {
      demand(call, 'DescribeSecurityGroups');
      const ids = input.texts('GroupId');
      const names = input.texts('GroupName');
      const all = network.groups(call.region);
      for (const id of ids) if (!all.some((group) => group.id === id)) throw groupNotFound(id);
      const chosen = all
        .filter((group) => ids.length === 0 || ids.includes(group.id))
        .filter((group) => names.length === 0 || names.includes(group.name));
      const matching = filtered(input, chosen, {
        'group-id': (group) => [group.id],
        'group-name': (group) => [group.name],
        'vpc-id': (group) => [group.vpcId],
        'ip-permission.cidr': (group) => group.ingress.flatMap((rule) => rule.cidr ?? []),
        'ip-permission.to-port': (group) => group.ingress.map((rule) => String(rule.toPort ?? '')),
        'ip-permission.from-port': (group) =>
          group.ingress.map((rule) => String(rule.fromPort ?? '')),
      });
      return {
        securityGroupInfo: { item: matching.map((group) => groupXml(group, network.accountId)) },
      };
    },

    CreateSecurityGroup: async (input, call) => {
      demand(call, 'CreateSecurityGroup');
      const name = input.required('GroupName');
      const description = input.required('GroupDescription');
      const { vpcId } = network.network(call.region);
      const wanted = input.text('VpcId') ?? vpcId;
      if (wanted !== vpcId) throw vpcNotFound(wanted);
      if (network.groups(call.region).some((group) => group.name === name)) {
        throw new ServiceFailure(
          'InvalidGroup.Duplicate',
          `The security group '${name}' already exists for VPC '${vpcId}'`,
        );
      }
      const group = network.add(call.region, name, description, vpcId);
      await network.save();
      return { groupId: group.id, securityGroupArn: groupArn(call, group.id) };
    },

    DeleteSecurityGroup: async (input, call) => {
      const group = openGroup(input, call, 'DeleteSecurityGroup');
      if (group.name === 'default') {
        throw new ServiceFailure(
          'CannotDelete',
          `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
        );
      }
      if (usersOf(group).length > 0) {
        throw new ServiceFailure(
          'DependencyViolation',
          `resource ${group.id} has a dependent object`,
        );
      }
      network.remove(group);
      await network.save();
      return { return: true, groupId: group.id };
    },

    AuthorizeSecurityGroupIngress: async (input, call) => {
      const group = openGroup(input, call, 'AuthorizeSecurityGroupIngress');
      const rules = readRules(input);
      for (const rule of rules) {
        if (group.ingress.some((existing) => sameRule(existing, rule))) {
          const peer = rule.cidr ?? rule.cidr6 ?? rule.sourceGroup ?? '';
          throw new ServiceFailure(
            'InvalidPermission.Duplicate',
            `the specified rule "peer: ${peer}, ${rule.protocol.toUpperCase()}, from port: ` +
              `${String(rule.fromPort ?? -1)}, to port: ${String(rule.toPort ?? -1)}, ALLOW" already exists`,
          );
        }
      }
      group.ingress.push(...rules);
      await network.save();
      return {
        return: true,
        securityGroupRuleSet: {
          item: rules.map((rule) => ({
            securityGroupRuleId: rule.id,
            groupId: group.id,
            groupOwnerId: network.accountId,
            isEgress: false,
            ipProtocol: rule.protocol,
            fromPort: rule.fromPort ?? -1,
            toPort: rule.toPort ?? -1,
            cidrIpv4: rule.cidr,
            cidrIpv6: rule.cidr6,
            description: rule.description,
          })),
        },
      };
    },

    RevokeSecurityGroupIngress: async (input, call) => {
      const group = openGroup(input, call, 'RevokeSecurityGroupIngress');
      const ids = input.texts('SecurityGroupRuleId');
      const rules = ids.length > 0 ? [] : readRules(input);
      const leaves = (rule: Rule) =>
        ids.includes(rule.id) || rules.some((revoked) => sameRule(revoked, rule));
      if (!group.ingress.some(leaves)) {
        throw new ServiceFailure(
          'InvalidPermission.NotFound',
          'The specified rule does not exist in this security group.',
        );
      }
      group.ingress = group.ingress.filter((rule) => !leaves(rule));
      await network.save();
      return { return: true };
    },

    DescribeVpcs: (input, call) => {
      demand(call, 'DescribeVpcs');
      const { vpcId } = network.network(call.region);
      const vpcs = filtered(input, [vpcId], {
        'vpc-id': (id) => [id],
        'is-default': () => ['true'],
        isDefault: () => ['true'],
        state: () => ['available'],
      });
      const wanted = input.texts('VpcId');
      for (const id of wanted) if (id !== vpcId) throw vpcNotFound(id);
      return {
        vpcSet: {
          item: vpcs.map((id) => ({
            vpcId: id,
            ownerId: network.accountId,
            state: 'available',
            cidrBlock: '172.31.0.0/16',
            isDefault: true,
            instanceTenancy: 'default',
            dhcpOptionsId: 'default',
          })),
        },
      };
    },

    DescribeSubnets: (input, call) => {
      demand(call, 'DescribeSubnets');
      const { vpcId, subnets } = network.network(call.region);
      const wanted = input.texts('SubnetId');
      for (const id of wanted) {
        if (!subnets.some((subnet) => subnet.id === id)) {
          throw new ServiceFailure(
            'InvalidSubnetID.NotFound',
            `The subnet ID '${id}' does not exist`,
          );
        }
      }
      const matching = filtered(input, subnets, {
        'subnet-id': (subnet) => [subnet.id],
        'vpc-id': () => [vpcId],
        'availability-zone': (subnet) => [subnet.zone],
        availabilityZone: (subnet) => [subnet.zone],
        'default-for-az': () => ['true'],
        state: () => ['available'],
      }).filter((subnet) => wanted.length === 0 || wanted.includes(subnet.id));
      return {
        subnetSet: {
          item: matching.map((subnet) => ({
            subnetId: subnet.id,
            state: 'available',
            ownerId: network.accountId,
            vpcId,
            cidrBlock: subnet.cidr,
            availableIpAddressCount: 4091,
            availabilityZone: subnet.zone,
            defaultForAz: true,
            mapPublicIpOnLaunch: true,
          })),
        },
      };
    },
  };
}

type FilterTable<T> = Readonly<Record<string, (item: T) => readonly string[]>>;

/** Applies `Filter.N`: every filter must accept, any of its values may; `*` matches anything. */
function filtered<T>(input: QueryInput, items: readonly T[], table: FilterTable<T>): T[] {
  const filters = input.list('Filter').map((filter) => {
    const name = filter.required('Name');
    const read = Object.hasOwn(table, name) ? table[name] : undefined;
    if (read === undefined) {
      throw new ServiceFailure('InvalidParameterValue', `The filter '${name}' is invalid`);
    }
    return { read, values: filter.texts('Value') };
  });
  return items.filter((item) =>
    filters.every(({ read, values }) =>
      read(item).some((value) => values.includes(value) || values.includes('*')),
    ),
  );
}

function groupXml(group: SecurityGroup, accountId: string): Record<string, XmlValue> {
  const permission = (rule: Rule) => ({
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    groups: {
      item: rule.sourceGroup && {
        userId: accountId,
        groupId: rule.sourceGroup,
        description: rule.description,
      },
    },
    ipRanges: { item: rule.cidr && { cidrIp: rule.cidr, description: rule.description } },
    ipv6Ranges: { item: rule.cidr6 && { cidrIpv6: rule.cidr6, description: rule.description } },
    prefixListIds: {},
  });
  return {
    ownerId: accountId,
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    vpcId: group.vpcId,
    ipPermissions: { item: group.ingress.map(permission) },
    ipPermissionsEgress: {
      item: { ipProtocol: '-1', ipRanges: { item: { cidrIp: '0.0.0.0/0' } } },
    },
    tagSet: { item: group.tags.map(({ key, value }) => ({ key, value })) },
  };
}

const groupNotFound = (id: string) =>
  new ServiceFailure('InvalidGroup.NotFound', `The security group '${id}' does not exist`);

const vpcNotFound = (id: string) =>
  new ServiceFailure('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`);
