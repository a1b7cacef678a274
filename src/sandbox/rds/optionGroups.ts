import { ServiceFailure } from '../contract.js';
import { type QueryInput } from '../http/queryInput.js';
import { type XmlValue } from '../http/xml.js';
import { type ServiceCall } from '../iam/access.js';
import { type Tag } from '../iam/identityStore.js';
import { type QueryOperation } from '../sts/operations.js';
import { editions, majorVersions } from './engineVersions.js';
import { optionTemplates, type OptionTemplate } from './optionCatalogue.js';
import { page } from './page.js';
import { type RdsService } from './rdsService.js';
import { type OptionGroupRecord, type OptionRecord } from './records.js';

const maxGroups = 20;

type OptionGroupOperation =
  | 'CreateOptionGroup'
  | 'DescribeOptionGroups'
  | 'ModifyOptionGroup'
  | 'DeleteOptionGroup'
  | 'DescribeOptionGroupOptions';

export function optionGroupOperations(
  rds: RdsService,
): Record<OptionGroupOperation, QueryOperation> {
  const { store } = rds;

  return {
    CreateOptionGroup: async (input, call) => {
      const { region } = call;
      const name = input.required('OptionGroupName').toLowerCase();
      rds.authorize(call, 'CreateOptionGroup', store.arn(region, 'og', name));
      const engine = input.required('EngineName');
      const majorVersion = input.required('MajorEngineVersion');
      const description = input.required('OptionGroupDescription');
      if (!/^[a-z](?!.*--)[a-z0-9-]{0,254}$/.test(name) || name.endsWith('-')) {
        throw invalid(
          `The parameter OptionGroupName is not a valid identifier. Identifiers must begin with a letter; ` +
            'must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.',
        );
      }
      requireEngine(engine, majorVersion);
      if (store.findGroup(region, name) !== undefined) {
        throw new ServiceFailure(
          'OptionGroupAlreadyExistsFault',
          `An option group named ${name} already exists.`,
        );
      }
      if (store.optionGroups.filter((group) => group.region === region).length >= maxGroups) {
        throw new ServiceFailure(
          'OptionGroupQuotaExceededFault',
          `The quota of ${String(maxGroups)} option groups was exceeded for this Amazon Web Services account.`,
        );
      }
      const group: OptionGroupRecord = {
        name,
        region,
        arn: store.arn(region, 'og', name),
        engine,
        majorVersion,
        description,
        createdAt: store.now(),
        options: [],
        tags: readTags(input),
      };
      store.optionGroups.push(group);
      await store.save();
      return { OptionGroup: groupXml(group) };
    },

    DescribeOptionGroups: (input, call) => {
      const { region } = call;
      const name = input.text('OptionGroupName');
      const engine = input.text('EngineName');
      const major = input.text('MajorEngineVersion');
      rds.authorize(call, 'DescribeOptionGroups', store.arn(region, 'og', name ?? '*'));
      if (name !== undefined && engine !== undefined) {
        throw new ServiceFailure(
          'InvalidParameterCombination',
          'OptionGroupName cannot be specified together with EngineName or MajorEngineVersion.',
        );
      }
      if (major !== undefined && engine === undefined) {
        throw new ServiceFailure(
          'InvalidParameterCombination',
          'MajorEngineVersion must be specified together with EngineName.',
        );
      }
      const candidates =
        name === undefined || name === ''
          ? store.groups(region)
          : [store.requireGroup(region, name)];
      const matching = candidates
        .filter((group) => engine === undefined || group.engine === engine)
        .filter((group) => major === undefined || group.majorVersion === major);
      const { shown, marker } = page(input, matching, (group) => group.name);
      return {
        OptionGroupsList: { OptionGroup: shown.map((group) => groupXml(group)) },
        Marker: marker,
      };
    },

    ModifyOptionGroup: async (input, call) => {
      await rds.lifecycle.settle();
      const { region } = call;
      const name = input.required('OptionGroupName');
      const group = store.requireGroup(region, name);
      rds.authorize(call, 'ModifyOptionGroup', group.arn);
      if (group.name.startsWith('default:')) {
        throw new ServiceFailure(
          'InvalidParameterValue',
          `The option group ${group.name} is a default option group and cannot be modified.`,
        );
      }
      const included = input
        .list('OptionsToInclude')
        .map((item) => readOption(rds, call, group, item));
      const removed = input.texts('OptionsToRemove');
      if (included.length === 0 && removed.length === 0) {
        throw new ServiceFailure(
          'InvalidParameterCombination',
          'At least one option to include or to remove must be specified.',
        );
      }
      for (const option of removed) {
        if (!group.options.some((existing) => existing.name === option)) {
          throw invalid(`Option ${option} is not in the option group ${group.name}.`);
        }
      }
      const members = membersOf(rds, group);
      const busy = members.find((instance) => instance.memberships[0]?.status !== 'in-sync');
      if (busy !== undefined) {
        throw new ServiceFailure(
          'InvalidOptionGroupStateFault',
          `The option group ${group.name} cannot be modified while it is being applied to ${busy.id}.`,
        );
      }
      const replaced = new Set([...removed, ...included.map((option) => option.name)]);
      group.options = [
        ...group.options.filter((option) => !replaced.has(option.name)),
        ...included,
      ];
      for (const instance of members) {
        rds.applyGroupChange(instance, input.flag('ApplyImmediately') ?? false);
      }
      await store.save();
      return { OptionGroup: groupXml(group) };
    },

    DeleteOptionGroup: async (input, call) => {
      await rds.lifecycle.settle();
      const group = store.requireGroup(call.region, input.required('OptionGroupName'));
      rds.authorize(call, 'DeleteOptionGroup', group.arn);
      if (group.name.startsWith('default:')) {
        throw invalid(
          `The option group ${group.name} is a default option group and cannot be deleted.`,
        );
      }
      const users = [
        ...membersOf(rds, group).map((instance) => `DB instance ${instance.id}`),
        ...store.snapshots
          .filter(
            (snapshot) => snapshot.region === group.region && snapshot.optionGroup === group.name,
          )
          .map((snapshot) => `DB snapshot ${snapshot.id}`),
      ];
      if (users.length > 0) {
        throw new ServiceFailure(
          'InvalidOptionGroupStateFault',
          `The option group ${group.name} cannot be deleted: it is in use by ${users.join(', ')}.`,
        );
      }
      store.optionGroups.splice(store.optionGroups.indexOf(group), 1);
      await store.save();
      return {};
    },

    DescribeOptionGroupOptions: (input, call) => {
      rds.authorize(call, 'DescribeOptionGroupOptions', '*');
      const engine = input.required('EngineName');
      const major = input.text('MajorEngineVersion');
      const versions = major === undefined ? majorVersions : [major];
      const offered = optionTemplates(engine, major).flatMap((option) =>
        versions
          .filter((version) => option.offers(engine, version))
          .map((version) => ({ option, version })),
      );
      const { shown, marker } = page(
        input,
        offered,
        ({ option, version }) => option.name + version,
      );
      return {
        OptionGroupOptions: {
          OptionGroupOption: shown.map(({ option, version }) =>
            templateXml(option, engine, version),
          ),
        },
        Marker: marker,
      };
    },
  };
}

/** Instances that have the group or are on their way to it. */
const membersOf = (rds: RdsService, group: OptionGroupRecord) =>
  rds.store.instances.filter(
    (instance) =>
      instance.region === group.region &&
      instance.memberships.some((membership) => membership.group === group.name),
  );

function requireEngine(engine: string, majorVersion: string): void {
  if (!editions.some((edition) => edition.engine === engine)) {
    throw invalid(`Invalid DB engine: ${engine}. The sandbox has SQL Server only.`);
  }
  if (!majorVersions.includes(majorVersion)) {
    throw new ServiceFailure(
      'InvalidParameterCombination',
      `Cannot find major version ${majorVersion} for ${engine}`,
    );
  }
}

/** An option of OptionsToInclude with its settings checked: those of the same name are replaced. */
function readOption(
  rds: RdsService,
  call: ServiceCall,
  group: OptionGroupRecord,
  item: QueryInput,
): OptionRecord {
  const name = item.required('OptionName');
  const template = optionTemplates(group.engine, group.majorVersion).find(
    (option) => option.name === name,
  );
  if (template === undefined) {
    throw invalid(
      `Option ${name} is not available for ${group.engine} ${group.majorVersion} in the sandbox.`,
    );
  }
  const existing = group.options.find((option) => option.name === name);
  const values = new Map(existing?.settings.map((setting) => [setting.name, setting.value]));
  for (const setting of item.list('OptionSettings')) {
    const settingName = setting.required('Name');
    if (!template.settings.some((known) => known.name === settingName)) {
      throw invalid(`Option setting ${settingName} is not a setting of the option ${name}.`);
    }
    values.set(settingName, setting.text('Value') ?? '');
  }
  const settings = template.settings.flatMap((setting) => {
    const value = values.get(setting.name) ?? setting.defaultValue;
    if (value === undefined || value === '') {
      if (!setting.required) return [];
      throw invalid(`The option ${name} requires the option setting ${setting.name}.`);
    }
    if (setting.kind === 'role-arn') requireRole(rds, call, name, value);
    if (setting.kind === 'bucket-arn' && !/^arn:aws:s3:::[a-z0-9.-]{3,63}(\/.*)?$/.test(value)) {
      throw invalid(`Invalid value ${value} for option setting ${setting.name}.`);
    }
    return { name: setting.name, value };
  });
  return { name, settings };
}

/** The role must exist, be passed by someone who may, and let RDS assume it. */
function requireRole(rds: RdsService, call: ServiceCall, option: string, arn: string): void {
  const role = rds.identities.roleByArn(arn);
  if (role === undefined || !role.trust.includes('rds.amazonaws.com')) {
    throw invalid(
      `IAM role ARN value is invalid or does not include the required permissions for: ${option}`,
    );
  }
  rds.authorizePassRole(call, arn);
}

function groupXml(group: OptionGroupRecord): Record<string, XmlValue> {
  const templates = optionTemplates(group.engine, group.majorVersion);
  return {
    OptionGroupName: group.name,
    OptionGroupDescription: group.description,
    EngineName: group.engine,
    MajorEngineVersion: group.majorVersion,
    Options: {
      Option: group.options.map((option) => {
        const template = templates.find((candidate) => candidate.name === option.name);
        return {
          OptionName: option.name,
          OptionDescription: template?.description,
          Persistent: template?.persistent,
          Permanent: template?.permanent,
          OptionSettings: {
            OptionSetting: option.settings.map((setting) => {
              const known = template?.settings.find(({ name }) => name === setting.name);
              return {
                Name: setting.name,
                Value: setting.value,
                DefaultValue: known?.defaultValue,
                Description: known?.description,
                ApplyType: 'DYNAMIC',
                DataType: 'STRING',
                AllowedValues: known?.allowedValues,
                IsModifiable: true,
                IsCollection: false,
              };
            }),
          },
          DBSecurityGroupMemberships: {},
          VpcSecurityGroupMemberships: {},
        };
      }),
    },
    AllowsVpcAndNonVpcInstanceMemberships: true,
    OptionGroupArn: group.arn,
    CopyTimestamp: undefined,
  };
}

function templateXml(
  option: OptionTemplate,
  engine: string,
  major: string,
): Record<string, XmlValue> {
  return {
    Name: option.name,
    Description: option.description,
    EngineName: engine,
    MajorEngineVersion: major,
    MinimumRequiredMinorEngineVersion: `${major}.0000.00.v1`,
    PortRequired: false,
    OptionsDependedOn: {},
    OptionsConflictsWith: {},
    Persistent: option.persistent,
    Permanent: option.permanent,
    RequiresAutoMinorEngineVersionUpgrade: false,
    VpcOnly: false,
    OptionGroupOptionSettings: {
      OptionGroupOptionSetting: option.settings.map((setting) => ({
        SettingName: setting.name,
        SettingDescription: setting.description,
        DefaultValue: setting.defaultValue,
        ApplyType: 'DYNAMIC',
        AllowedValues: setting.allowedValues,
        IsModifiable: true,
        IsRequired: setting.required,
        MinimumEngineVersionPerAllowedValue: {},
      })),
    },
  };
}

export const readTags = (input: QueryInput): Tag[] =>
  input.list('Tags').map((tag) => ({ key: tag.required('Key'), value: tag.text('Value') ?? '' }));

const invalid = (message: string) => new ServiceFailure('InvalidParameterValue', message);
