import type { RoleAccess, StoredObject } from '../contract.js';
import { optionRole } from '../sqlserver/procedures/submission.js';
import type { SqlInstance } from '../sqlserver/sqlInstance.js';
import { unwrapObject } from './objectEnvelope.js';
import { ObjectReader } from './objectReader.js';
import { kmsFailure, s3Failure, serviceFailure } from './taskFailure.js';

/** AWS with the rights of the option's role. @throws TaskFailure */
export function assumeRole(instance: SqlInstance): RoleAccess {
  const role = optionRole(instance);
  if (role === undefined) throw serviceFailure('Access Denied');
  try {
    return instance.cloud.assumeServiceRole(role, instance.description);
  } catch (error) {
    throw s3Failure(error);
  }
}

/** Backup and restore work only with buckets of the instance's Region. @throws TaskFailure */
export function checkRegion(bucket: string, access: RoleAccess, instance: SqlInstance): void {
  let region: string;
  try {
    region = access.bucketRegion(bucket);
  } catch (error) {
    throw s3Failure(error);
  }
  if (region !== instance.description.region) {
    throw serviceFailure(
      'Access Denied.\nPlease specify a bucket that is in the same region as RDS instance.',
    );
  }
}

/** @throws TaskFailure when the key does not exist or the role may not see it */
export function checkKey(keyArn: string, access: RoleAccess): void {
  try {
    access.describeKey(keyArn);
  } catch (error) {
    throw kmsFailure(error, keyArn);
  }
}

/** Readers of the objects, decrypting with the key where one is given; the caller zeroes their keys. */
export function openObjects(
  objects: readonly StoredObject[],
  access: RoleAccess,
  keyArn: string | null,
): ObjectReader[] {
  if (keyArn === null) return objects.map((object) => new ObjectReader(object, access, undefined));
  checkKey(keyArn, access);
  const readers: ObjectReader[] = [];
  try {
    for (const object of objects) {
      readers.push(new ObjectReader(object, access, unwrapObject(object, access, keyArn)));
    }
  } catch (error) {
    for (const reader of readers) reader.zeroKey();
    throw error;
  }
  return readers;
}

/** The line that a task on several files begins with. */
export const multiFilePlan = (type: string, keys: readonly string[]) =>
  `${type} task will initiate a multi-file task with ${keys.length} file(s). \r The files are: ${keys.join(', ')}.`;
