import path from 'node:path';
import type { Tag } from '../iam/records.js';
import { ec2Id } from '../state/identifiers.js';
import { JsonDocument } from '../state/jsonFile.js';

export interface Rule {
  readonly id: string;
  /** `tcp`, `udp`, `icmp` or `-1` for all. */
  readonly protocol: string;
  readonly fromPort: number | undefined;
  readonly toPort: number | undefined;
  readonly cidr: string | undefined;
  readonly cidr6: string | undefined;
  /** Another security group. */
  readonly sourceGroup: string | undefined;
  readonly description: string | undefined;
}

export interface SecurityGroup {
  readonly id: string;
  readonly region: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  ingress: Rule[];
  tags: Tag[];
}

export interface Network {
  readonly region: string;
  readonly vpcId: string;
  readonly subnets: readonly {
    readonly id: string;
    readonly zone: string;
    readonly cidr: string;
  }[];
}

interface Ec2State {
  networks: Network[];
  groups: SecurityGroup[];
}

/** Security groups, and the default VPC of every region, which appears when it is first looked at. */
export class NetworkStore {
  private constructor(
    readonly accountId: string,
    private readonly state: JsonDocument<Ec2State>,
  ) {}

  static async open(folder: string, accountId: string): Promise<NetworkStore> {
    const file = path.join(folder, 'ec2.json');
    const state = await JsonDocument.open<Ec2State>(file, () => ({ networks: [], groups: [] }));
    return new NetworkStore(accountId, state);
  }

  network(region: string): Network {
    const existing = this.state.data.networks.find((network) => network.region === region);
    if (existing !== undefined) return existing;
    const network: Network = {
      region,
      vpcId: ec2Id('vpc'),
      subnets: ['a', 'b', 'c'].map((zone, index) => ({
        id: ec2Id('subnet'),
        zone: region + zone,
        cidr: `172.31.${String(index * 16)}.0/20`,
      })),
    };
    this.state.data.networks.push(network);
    this.add(region, 'default', 'default VPC security group', network.vpcId);
    void this.save();
    return network;
  }

  groups(region: string): SecurityGroup[] {
    this.network(region);
    return this.state.data.groups.filter((group) => group.region === region);
  }

  securityGroup(region: string, id: string): SecurityGroup | undefined {
    return this.groups(region).find((group) => group.id === id);
  }

  defaultSecurityGroup(region: string): SecurityGroup {
    const group = this.groups(region).find(({ name }) => name === 'default');
    if (group === undefined) throw new TypeError(`${region} has no default security group`);
    return group;
  }

  /** The caller saves. */
  add(region: string, name: string, description: string, vpcId: string): SecurityGroup {
    const group: SecurityGroup = {
      id: ec2Id('sg'),
      region,
      name,
      description,
      vpcId,
      ingress: [],
      tags: [],
    };
    this.state.data.groups.push(group);
    return group;
  }

  remove(group: SecurityGroup): void {
    this.state.data.groups = this.state.data.groups.filter((other) => other !== group);
  }

  async save(): Promise<void> {
    await this.state.save();
  }

  async close(): Promise<void> {
    await this.state.settled();
  }
}
