import type { KeyWrap, Metadata } from '../envelope/envelope.js';
import type { EnvelopeFacts } from '../inspection/inspection.js';
import type { ObjectEnvelope } from '../transfer/objectEnvelope.js';
import { type Fact, knownFacts } from './facts.js';
import { formatTime } from './times.js';
import { formatExactBytes } from './units.js';

/** Label of the verdict, whose value begins with `yes`, `unproven` or `no`. */
export const rdsVerdictLabel = 'RDS can read it';

/** How an object is encrypted and who can read it. */
export function envelopeFacts(object: ObjectEnvelope, facts: EnvelopeFacts): Fact[] {
  const { envelope } = object;
  const stored = [
    ['In S3', `${formatExactBytes(object.size)}${sse(object.serverSideEncryption)}`],
    ['Uploaded', utc(object.lastModified)],
  ] as const;
  if (envelope === undefined || facts.readability === undefined) {
    return knownFacts([...stored, ['Envelope', 'none: not client-side encrypted']]);
  }
  const { rds, product } = facts.readability;
  const where = envelope.source === 'instruction-file' ? ', in an instruction file' : '';
  const size = facts.plaintextBytes ?? envelope.plaintextLengthHint;
  return knownFacts([
    ...stored,
    ['Envelope', `${envelope.format.toUpperCase()}${where}`],
    ['Metadata', headerNames(object.metadata)],
    ['Data key', `wrapped by ${wrapText(envelope.wrap)}`],
    ['KMS key', facts.keyArn],
    ['Cipher', envelope.cipher === '115' ? 'AES-256-GCM (suite 115)' : envelope.cipher],
    ['Plaintext size', size === undefined ? undefined : formatExactBytes(size)],
    [rdsVerdictLabel, `${rds.canRead}. ${rds.why}`],
    ['This program', product.canRead ? undefined : `cannot read it. ${product.why}`],
  ]);
}

function wrapText(wrap: KeyWrap): string {
  if (wrap.kind === 'raw') return `${wrap.algorithm}, a key that KMS does not hold`;
  const context = Object.keys(wrap.context).length > 0 ? JSON.stringify(wrap.context) : 'empty';
  return `KMS (${wrap.kind}), encryption context ${context}`;
}

/** The names that the S3 console shows under Metadata. */
const headerNames = (metadata: Metadata): string =>
  Object.keys(metadata)
    .filter((name) => name.startsWith('x-amz-'))
    .sort()
    .join(', ');

const utc = (date: Date | undefined) =>
  date === undefined ? undefined : `${formatTime(date)} UTC`;

/** Encryption at rest is S3's own affair; it is named so that nobody takes it for the envelope. */
const sse = (algorithm: string | undefined) =>
  algorithm === undefined ? '' : `, server-side encryption ${algorithm}`;
