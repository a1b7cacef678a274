/** What requests say about an instance, checked as RDS checks it. */
import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import type { ServiceCall } from '../iam/access.js';
import { defaultOptionGroup } from './engineVersions.js';
import { secondsToWindow } from './lifecycle.js';
import type { RdsService } from './rdsService.js';
import type { OptionGroupRecord } from './records.js';

/** Smallest and largest storage of SQL Server on gp3, in GiB. */
const storage = { min: 20, max: 16_384 };

/** A group fits instances of its own engine and major version only. */
export function groupFor(
  rds: RdsService,
  region: string,
  name: string | undefined,
  engine: string,
  major: string,
): OptionGroupRecord {
  const group = rds.store.requireGroup(region, name ?? defaultOptionGroup(engine, major));
  if (group.engine !== engine || group.majorVersion !== major) {
    throw new ServiceFailure(
      'InvalidParameterCombination',
      `The option group ${group.name} is for ${group.engine} ${group.majorVersion} and cannot be used ` +
        `with ${engine} ${major}.`,
    );
  }
  return group;
}

export function instanceClass(text: string): string {
  if (/^db\.[a-z0-9]+\.[a-z0-9]+$/.test(text)) return text;
  throw invalid(`Invalid DB Instance class: ${text}`);
}

export function allocatedStorage(size: number | undefined, engine: string): number {
  if (size === undefined) throw invalid('The parameter AllocatedStorage must be provided');
  if (size >= storage.min && size <= storage.max) return size;
  throw invalid(
    `Invalid storage size for engine name ${engine} and storage type gp3: ${String(size)}`,
  );
}

export function retention(days: number | undefined): number | undefined {
  if (days === undefined || (days >= 0 && days <= 35)) return days;
  throw invalid(`Invalid backup retention period: ${String(days)}. Must be between 0 and 35.`);
}

export function maintenanceWindow(rds: RdsService, input: QueryInput): string | undefined {
  const window = input.text('PreferredMaintenanceWindow')?.toLowerCase();
  // Reading it checks it.
  if (window !== undefined) secondsToWindow(window, rds.store.clock.now());
  return window;
}

export function storageKey(rds: RdsService, call: ServiceCall, keyId: string | undefined): string {
  try {
    return rds.keys.resolve(call, keyId ?? 'alias/aws/rds').arn;
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw new ServiceFailure(
      'KMSKeyNotAccessibleFault',
      `The specified KMS key [${keyId ?? ''}] does not exist, is not enabled or you do not have permissions to access it.`,
    );
  }
}

const invalid = (message: string) => new ServiceFailure('InvalidParameterValue', message);
