import { ServiceFailure } from '../contract.js';
import type { QueryOperation } from '../http/operation.js';
import { editions, majorVersions } from './engineVersions.js';
import { optionTemplates } from './optionCatalogue.js';
import { groupXml, templateXml } from './optionGroupXml.js';
import { readOption } from './optionInput.js';
import { page } from './page.js';
import type { RdsService } from './rdsService.js';
import type { OptionGroupRecord } from './records.js';
import { readTags } from './tags.js';

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
      return undefined;
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

const invalid = (message: string) => new ServiceFailure('InvalidParameterValue', message);
