import { EngineError } from '../errors.js';
import { TaskGroup } from '../transfer/taskGroup.js';
import { awsFailure } from './awsErrors.js';
import { describeKey } from './describeKey.js';
import type { AwsSession } from './session.js';

/** A KMS key that can wrap data keys for RDS. */
export interface KeyEntry {
  readonly arn: string;
  /** `alias/…`, by name. */
  readonly aliases: readonly string[];
  readonly description: string | undefined;
  readonly multiRegion: boolean;
}

export interface KeyListing {
  /** By first alias; those without one come last. */
  readonly keys: readonly KeyEntry[];
  /** Number of keys left out because nothing may be known about them (kms:DescribeKey). */
  readonly undescribed: number;
}

/** KMS allows 100 DescribeKey a second, to everybody in the account together. */
const concurrency = 8;

/**
 * The symmetric, enabled, customer-managed KMS keys of a region: those that RDS can restore with.
 * @throws EngineError `aws/access-denied` without kms:ListKeys, other `aws/…`
 */
export async function listKeys(
  session: AwsSession,
  region: string,
  signal?: AbortSignal,
): Promise<KeyListing> {
  try {
    const [ids, aliases] = await Promise.all([
      keyArns(session, region, signal),
      aliasesByKey(session, region, signal),
    ]);
    const byAws = (id: string) => aliases.get(id)?.some((alias) => alias.startsWith('alias/aws/'));
    const candidates = [...ids].filter(([id]) => byAws(id) !== true);
    return await describeAll(session, new Map(candidates), aliases, signal);
  } catch (error) {
    throw awsFailure(`Listing the KMS keys in ${region}`, error);
  }
}

/** ARNs by key id. */
async function keyArns(session: AwsSession, region: string, signal?: AbortSignal) {
  const { paginateListKeys } = await import('@aws-sdk/client-kms');
  const paging = { client: await session.kms(region), pageSize: 1000 };
  const arns = new Map<string, string>();
  for await (const page of paginateListKeys(paging, {}, signal && { abortSignal: signal })) {
    for (const { KeyId, KeyArn } of page.Keys ?? []) {
      if (KeyId !== undefined && KeyArn !== undefined) arns.set(KeyId, KeyArn);
    }
  }
  return arns;
}

/** Aliases by key id; none for who may not list them, as keys can be told by their ids. */
async function aliasesByKey(session: AwsSession, region: string, signal?: AbortSignal) {
  const { paginateListAliases } = await import('@aws-sdk/client-kms');
  const paging = { client: await session.kms(region), pageSize: 100 };
  const aliases = new Map<string, string[]>();
  try {
    for await (const page of paginateListAliases(paging, {}, signal && { abortSignal: signal })) {
      for (const { AliasName, TargetKeyId } of page.Aliases ?? []) {
        if (AliasName === undefined || TargetKeyId === undefined) continue;
        aliases.set(TargetKeyId, [...(aliases.get(TargetKeyId) ?? []), AliasName].sort());
      }
    }
  } catch (error) {
    const failure = awsFailure(`Listing the aliases in ${region}`, error);
    if (failure.code !== 'aws/access-denied') throw failure;
  }
  return aliases;
}

async function describeAll(
  session: AwsSession,
  arns: ReadonlyMap<string, string>,
  aliases: ReadonlyMap<string, readonly string[]>,
  signal?: AbortSignal,
): Promise<KeyListing> {
  const keys: KeyEntry[] = [];
  let undescribed = 0;
  const waiting = arns.entries();
  const group = new TaskGroup(signal);
  const describeNext = async (): Promise<void> => {
    for (const [id, arn] of waiting) {
      group.signal.throwIfAborted();
      try {
        const key = await describeKey(session, arn, group.signal);
        if (!key.enabled || !key.symmetric || key.manager !== 'CUSTOMER') continue;
        const { description, multiRegion } = key;
        keys.push({ arn, aliases: aliases.get(id) ?? [], description, multiRegion });
      } catch (error) {
        // A key may have been deleted since it was listed.
        if (!(error instanceof EngineError) || !passedOver.has(error.code)) throw error;
        if (error.code === 'kms/access-denied') undescribed += 1;
      }
    }
  };
  for (let started = 0; started < concurrency; started++) group.start(describeNext);
  await group.join();
  return { keys: keys.sort(byAlias), undescribed };
}

const passedOver = new Set(['kms/access-denied', 'kms/key-not-found']);

const byAlias = (a: KeyEntry, b: KeyEntry) =>
  Number(a.aliases.length === 0) - Number(b.aliases.length === 0) ||
  (a.aliases[0] ?? a.arn).localeCompare(b.aliases[0] ?? b.arn);
