import { parseKmsKeyArn } from '../aws/kmsKeyArn.js';
import { parseS3Arn } from '../aws/s3Arn.js';
import { EngineError } from '../errors.js';
import { databaseNameProblem } from '../sql/databaseName.js';

/** Volumes of an instance that may hold database files; `D:` is the default. */
export const volumes = ['D:', 'H:', 'I:', 'J:'] as const;
export type Volume = (typeof volumes)[number];

export const blockSizes = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536] as const;
const transferUnit = 65_536;
const largestTransfer = 4_194_304;

/** Parameters of `rds_restore_database`; what is left out is not sent, so the server's default holds. */
export interface RestoreDatabase {
  readonly databaseName: string;
  /** ARN of the object; for a multi-file backup the common prefix and `*`. */
  readonly s3Arn: string;
  readonly type?: 'FULL' | 'DIFFERENTIAL' | undefined;
  /** true leaves the database RESTORING for further backups. Must be stated for a differential. */
  readonly withNorecovery?: boolean | undefined;
  readonly keepCdc?: boolean | undefined;
  readonly dataFileVolume?: Volume | undefined;
  readonly logFileVolume?: Volume | undefined;
  /** Key ARN (not an alias) of the key that wrapped the object's data key. */
  readonly kmsKeyArn?: string | undefined;
  readonly blockSize?: number | undefined;
  /** Bytes: a multiple of 64 KiB up to 4 MiB. */
  readonly maxTransferSize?: number | undefined;
  readonly bufferCount?: number | undefined;
}

/**
 * Refuses what RDS would refuse minutes later.
 * @throws EngineError `restore/…`, `arn/…`, `s3-arn/…` or `kms/…` naming the parameter
 */
export function checkRestoreParameters(o: RestoreDatabase): void {
  checkName(o.databaseName);
  checkSource(o.s3Arn.trim());
  checkKey(o.kmsKeyArn);
  checkRecovery(o);
  checkVolume('data file', o.dataFileVolume);
  checkVolume('log file', o.logFileVolume);
  checkTuning(o);
}

function refuse(what: string, sentence: string): never {
  throw new EngineError(`restore/${what}`, sentence);
}

function checkName(name: string) {
  const problem = databaseNameProblem(name);
  if (problem !== undefined) refuse('bad-database-name', problem);
}

function checkSource(arn: string) {
  const source = parseS3Arn(arn);
  const star = source.key.indexOf('*');
  if (star >= 0 && star < source.key.length - 1) {
    refuse(
      'bad-file-set',
      `In ${arn} the asterisk must be the last character: the files of a multi-file backup are named ` +
        'by the prefix they share and one *.',
    );
  }
  if (source.kind === 'access-point' && source.directoryBucket && star >= 0) {
    if (!source.key.endsWith('/*')) {
      refuse(
        'bad-file-set',
        `${arn} is in a directory bucket, where a set of files must end in /*.`,
      );
    }
  }
}

function checkKey(arn: string | undefined) {
  if (arn === undefined) return;
  if (parseKmsKeyArn(arn).kind === 'alias') {
    refuse(
      'key-alias',
      `${arn.trim()} is an alias. RDS takes the ARN of the key itself (…:key/KEY-ID); ` +
        'look it up with DescribeKey.',
    );
  }
}

function checkRecovery(o: RestoreDatabase) {
  if (o.type === 'DIFFERENTIAL' && o.withNorecovery === undefined) {
    refuse(
      'recovery-not-stated',
      'Say how a differential restore should end: with recovery (online) or with norecovery.',
    );
  }
  if (o.keepCdc && o.withNorecovery && o.type !== 'DIFFERENTIAL') {
    refuse(
      'keep-cdc-norecovery',
      'RDS refuses keep_cdc together with norecovery on a full restore; keep CDC in the last step.',
    );
  }
}

function checkVolume(what: string, volume: string | undefined) {
  if (volume !== undefined && !volumes.some((known) => known === volume)) {
    refuse(
      'bad-volume',
      `The ${what} volume “${volume}” does not exist; use ${volumes.join(', ')}.`,
    );
  }
}

function checkTuning({ blockSize, maxTransferSize, bufferCount }: RestoreDatabase) {
  if (blockSize !== undefined && !blockSizes.some((size) => size === blockSize)) {
    refuse('bad-block-size', `Block size ${blockSize} is not one of ${blockSizes.join(', ')}.`);
  }
  if (
    maxTransferSize !== undefined &&
    !(
      maxTransferSize > 0 &&
      maxTransferSize <= largestTransfer &&
      maxTransferSize % transferUnit === 0
    )
  ) {
    refuse(
      'bad-transfer-size',
      `Transfer size ${maxTransferSize} is not a multiple of ${transferUnit} up to ${largestTransfer}.`,
    );
  }
  if (
    bufferCount !== undefined &&
    !(Number.isInteger(bufferCount) && bufferCount > 0 && bufferCount < 2 ** 31)
  ) {
    refuse('bad-buffer-count', `Buffer count ${bufferCount} is not a positive whole number.`);
  }
}
