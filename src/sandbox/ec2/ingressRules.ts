import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import { ec2Id } from '../state/identifiers.js';
import type { Rule } from './networkStore.js';

/** The rules of a request: in `IpPermissions`, or said directly as old clients do. */
export function readRules(input: QueryInput): Rule[] {
  const permissions = input.list('IpPermissions');
  const from = permissions.length > 0 ? permissions : [input];
  const rules = from.flatMap((permission): Rule[] => {
    const protocol = permission.required('IpProtocol').toLowerCase();
    const base = {
      protocol: { '6': 'tcp', '17': 'udp', '1': 'icmp' }[protocol] ?? protocol,
      fromPort: permission.integer('FromPort'),
      toPort: permission.integer('ToPort'),
      cidr: undefined,
      cidr6: undefined,
      sourceGroup: undefined,
      description: undefined,
    };
    const direct = permission.text('CidrIp');
    return [
      ...(direct === undefined ? [] : [{ ...base, id: ec2Id('sgr'), cidr: requireCidr(direct) }]),
      ...permission.list('IpRanges').map((range) => ({
        ...base,
        id: ec2Id('sgr'),
        cidr: requireCidr(range.required('CidrIp')),
        description: range.text('Description'),
      })),
      ...permission.list('Ipv6Ranges').map((range) => ({
        ...base,
        id: ec2Id('sgr'),
        cidr6: range.required('CidrIpv6'),
        description: range.text('Description'),
      })),
      ...permission.list('Groups').map((pair) => ({
        ...base,
        id: ec2Id('sgr'),
        sourceGroup: pair.required('GroupId'),
        description: pair.text('Description'),
      })),
    ];
  });
  if (rules.length === 0) {
    throw new ServiceFailure(
      'MissingParameter',
      'The request must contain the parameter ipPermissions',
    );
  }
  return rules;
}

function requireCidr(text: string): string {
  const [, a, b, c, d, bits] =
    /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text) ?? [];
  const octets = [a, b, c, d].map(Number);
  if (bits === undefined || Number(bits) > 32 || octets.some((octet) => octet > 255)) {
    throw new ServiceFailure('InvalidParameterValue', `CIDR block ${text} is malformed`);
  }
  return text;
}

export const sameRule = (a: Rule, b: Rule) =>
  a.protocol === b.protocol &&
  a.fromPort === b.fromPort &&
  a.toPort === b.toPort &&
  a.cidr === b.cidr &&
  a.cidr6 === b.cidr6 &&
  a.sourceGroup === b.sourceGroup;
