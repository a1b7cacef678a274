import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import type { XmlValue } from '../http/xml.js';
import type { Tag } from '../iam/records.js';
import type { QueryOperation } from '../http/operation.js';
import { engineVersions } from './engineVersions.js';
import { page } from './page.js';
import type { RdsService } from './rdsService.js';
import type { SnapshotRecord } from './records.js';
import { readTags, tagList } from './tags.js';

type OtherOperation =
  | 'DescribeDBEngineVersions'
  | 'AddTagsToResource'
  | 'ListTagsForResource'
  | 'RemoveTagsFromResource'
  | 'DescribeDBSnapshots'
  | 'CreateDBSnapshot'
  | 'DeleteDBSnapshot';

/** Engine versions, tags and snapshots. */
export function otherOperations(rds: RdsService): Record<OtherOperation, QueryOperation> {
  const { store } = rds;

  /** Anything that carries tags, by its ARN. */
  function tagged(region: string, arn: string): { tags: Tag[] } {
    const found = [...store.instances, ...store.optionGroups, ...store.snapshots].find(
      (resource) => resource.region === region && resource.arn === arn,
    );
    if (found !== undefined) return found;
    const [, , , , , type, ...rest] = arn.split(':');
    const name = rest.join(':');
    if (type === 'og') {
      if (store.findGroup(region, name) !== undefined) {
        throw invalid(`Default option groups cannot have tags: ${name}`);
      }
      throw new ServiceFailure(
        'OptionGroupNotFoundFault',
        `Specified OptionGroupName: ${name} not found.`,
        404,
      );
    }
    if (type === 'snapshot') throw snapshotNotFound(name);
    throw new ServiceFailure('DBInstanceNotFound', `DBInstance ${name} not found.`, 404);
  }

  return {
    DescribeDBEngineVersions: (input, call) => {
      rds.authorize(call, 'DescribeDBEngineVersions', '*');
      const engine = input.text('Engine');
      const version = input.text('EngineVersion');
      const defaultOnly = input.flag('DefaultOnly') ?? false;
      const matching = engineVersions
        .filter((candidate) => engine === undefined || candidate.engine === engine)
        .filter(
          (candidate) =>
            version === undefined ||
            candidate.version === version ||
            candidate.major === version ||
            candidate.major === `${version}.00`,
        );
      const newest = matching.filter(
        (candidate, index) => matching[index + 1]?.engine !== candidate.engine,
      );
      const listed = defaultOnly ? newest : matching;
      const { shown, marker } = page(input, listed, (item) => item.engine + item.version);
      return {
        DBEngineVersions: {
          DBEngineVersion: shown.map((item) => ({
            Engine: item.engine,
            EngineVersion: item.version,
            MajorEngineVersion: item.major,
            DBParameterGroupFamily: `${item.engine}-${item.major.slice(0, 2)}.0`,
            DBEngineDescription: item.engineDescription,
            DBEngineVersionDescription: item.versionDescription,
            ValidUpgradeTarget: {
              UpgradeTarget: item.upgrades.map((target) => ({
                Engine: item.engine,
                EngineVersion: target.version,
                Description: `SQL Server ${target.version}`,
                AutoUpgrade: false,
                IsMajorVersionUpgrade: target.major,
              })),
            },
            SupportsReadReplica: item.engine === 'sqlserver-ee',
            SupportsLogExportsToCloudwatchLogs: true,
            Status: 'available',
          })),
        },
        Marker: marker,
      };
    },

    AddTagsToResource: async (input, call) => {
      const arn = input.required('ResourceName');
      const resource = tagged(call.region, arn);
      rds.authorize(call, 'AddTagsToResource', arn);
      const added = readTags(input);
      if (added.some(({ key }) => key.startsWith('aws:'))) {
        throw invalid('Tag keys beginning with aws: are reserved.');
      }
      resource.tags = [
        ...resource.tags.filter((tag) => !added.some((other) => other.key === tag.key)),
        ...added,
      ];
      await store.save();
      return undefined;
    },

    ListTagsForResource: (input, call) => {
      const arn = input.required('ResourceName');
      rds.authorize(call, 'ListTagsForResource', arn);
      return { TagList: tagList(tagged(call.region, arn).tags) };
    },

    RemoveTagsFromResource: async (input, call) => {
      const arn = input.required('ResourceName');
      const resource = tagged(call.region, arn);
      rds.authorize(call, 'RemoveTagsFromResource', arn);
      const names = input.texts('TagKeys');
      resource.tags = resource.tags.filter((tag) => !names.includes(tag.key));
      await store.save();
      return undefined;
    },

    DescribeDBSnapshots: async (input, call) => {
      await rds.lifecycle.settle();
      rds.authorize(call, 'DescribeDBSnapshots', store.arn(call.region, 'snapshot', '*'));
      const id = input.text('DBSnapshotIdentifier');
      const instance = input.text('DBInstanceIdentifier');
      const type = input.text('SnapshotType');
      const matching = store.snapshots
        .filter((snapshot) => snapshot.region === call.region)
        .filter((snapshot) => id === undefined || snapshot.id === id || snapshot.arn === id)
        .filter((snapshot) => instance === undefined || snapshot.instanceId === instance)
        .filter((snapshot) => type === undefined || snapshot.type === type);
      if (id !== undefined && matching.length === 0) throw snapshotNotFound(id);
      const { shown, marker } = page(input, matching, (snapshot) => snapshot.id);
      return { DBSnapshots: { DBSnapshot: shown.map(snapshotXml) }, Marker: marker };
    },

    CreateDBSnapshot: async (input, call) => {
      await rds.lifecycle.settle();
      const instance = store.requireInstance(call.region, input.required('DBInstanceIdentifier'));
      const id = snapshotId(input);
      rds.authorize(call, 'CreateDBSnapshot', instance.arn);
      if (instance.status !== 'available') {
        throw new ServiceFailure(
          'InvalidDBInstanceState',
          'Cannot create a snapshot because the database instance is not currently in the available state.',
        );
      }
      const snapshot = rds.takeSnapshot(instance, id, 'manual', readTags(input));
      await store.save();
      return { DBSnapshot: snapshotXml(snapshot) };
    },

    DeleteDBSnapshot: async (input, call) => {
      const id = input.required('DBSnapshotIdentifier');
      const snapshot = store.snapshots.find(
        (candidate) => candidate.region === call.region && candidate.id === id,
      );
      if (snapshot === undefined) throw snapshotNotFound(id);
      rds.authorize(call, 'DeleteDBSnapshot', snapshot.arn);
      store.snapshots.splice(store.snapshots.indexOf(snapshot), 1);
      await store.save();
      return { DBSnapshot: snapshotXml({ ...snapshot, status: 'deleted' }) };
    },
  };
}

function snapshotId(input: QueryInput): string {
  const id = input.required('DBSnapshotIdentifier');
  if (/^[A-Za-z](?!.*--)[A-Za-z0-9-]{0,254}$/.test(id) && !id.endsWith('-')) return id;
  throw invalid('The parameter DBSnapshotIdentifier is not a valid identifier.');
}

const snapshotXml = (snapshot: SnapshotRecord): Record<string, XmlValue> => ({
  DBSnapshotIdentifier: snapshot.id,
  DBInstanceIdentifier: snapshot.instanceId,
  SnapshotCreateTime: snapshot.createdAt,
  Engine: snapshot.engine,
  EngineVersion: snapshot.engineVersion,
  AllocatedStorage: snapshot.allocatedStorageGiB,
  Status: snapshot.status,
  SnapshotType: snapshot.type,
  OptionGroupName: snapshot.optionGroup,
  PercentProgress: snapshot.status === 'available' ? 100 : 0,
  DBSnapshotArn: snapshot.arn,
  LicenseModel: 'license-included',
  Encrypted: false,
  TagList: tagList(snapshot.tags),
});

const invalid = (message: string) => new ServiceFailure('InvalidParameterValue', message);

const snapshotNotFound = (id: string) =>
  new ServiceFailure('DBSnapshotNotFound', `DBSnapshot ${id} not found.`, 404);
