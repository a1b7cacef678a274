/** Options as ModifyOptionGroup brings them, checked against what RDS offers. */
import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import type { ServiceCall } from '../iam/access.js';
import { optionTemplates } from './optionCatalogue.js';
import type { RdsService } from './rdsService.js';
import type { OptionGroupRecord, OptionRecord } from './records.js';

/** An option of OptionsToInclude with its settings checked: those of the same name are replaced. */
export function readOption(
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

const invalid = (message: string) => new ServiceFailure('InvalidParameterValue', message);
