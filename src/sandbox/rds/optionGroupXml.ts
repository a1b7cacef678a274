import type { XmlValue } from '../http/xml.js';
import { type OptionTemplate, optionTemplates } from './optionCatalogue.js';
import type { OptionGroupRecord } from './records.js';

/** An option group as DescribeOptionGroups shows it. */
export function groupXml(group: OptionGroupRecord): Record<string, XmlValue> {
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

/** An option as DescribeOptionGroupOptions shows it. */
export function templateXml(
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
