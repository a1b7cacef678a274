import { type KeyWrap, type Metadata } from '../../core/envelope/envelope.js';
import { type Readability } from '../../core/envelope/readability.js';
import { type ObjectEnvelope } from '../../core/transfer/objectEnvelope.js';
import { formatTime } from './dates.js';
import { type Style } from '../terminal/style.js';
import { labelled, printable } from './text.js';
import { formatExactBytes } from './units.js';

/** What else is known of an encrypted object. */
export interface EnvelopeFacts {
  /** undefined for an object that is not client-side encrypted. */
  readonly readability: Readability | undefined;
  /** As KMS told when it unwrapped the data key. */
  readonly keyArn: string | undefined;
  /** Exact where the end of the object could be decrypted. */
  readonly plaintextBytes: number | undefined;
}

function wrapText(wrap: KeyWrap): string {
  if (wrap.kind === 'raw') return `${wrap.algorithm}, a key that KMS does not hold`;
  const context = Object.keys(wrap.context).length > 0 ? JSON.stringify(wrap.context) : 'empty';
  return `KMS (${wrap.kind}), encryption context ${context}`;
}

/** A readable account of how an object is encrypted and who can read it. */
export function envelopeText(
  object: ObjectEnvelope,
  facts: EnvelopeFacts,
  style: Style,
  width: number,
): string {
  const { envelope } = object;
  const line = (label: string, text: string | undefined) =>
    text === undefined ? [] : [labelled(`  ${label}`, printable(text), 20, width)];
  const lines = [
    ...line('In S3', `${formatExactBytes(object.size)}${sse(object.serverSideEncryption)}`),
    ...line('Uploaded', utc(object.lastModified)),
  ];
  if (envelope === undefined || facts.readability === undefined) {
    return [...lines, ...line('Envelope', 'none: not client-side encrypted')].join('\n');
  }
  const { rds, product } = facts.readability;
  const where = envelope.source === 'instruction-file' ? ', in an instruction file' : '';
  const canRestore = {
    yes: style.green('yes'),
    unproven: style.yellow('unproven'),
    no: style.red('no'),
  };
  const size = facts.plaintextBytes ?? envelope.plaintextLengthHint;
  return [
    ...lines,
    ...line('Envelope', `${envelope.format.toUpperCase()}${where}`),
    ...line('Metadata', headerNames(object.metadata)),
    ...line('Data key', `wrapped by ${wrapText(envelope.wrap)}`),
    ...line('KMS key', facts.keyArn),
    ...line('Cipher', envelope.cipher === '115' ? 'AES-256-GCM (suite 115)' : envelope.cipher),
    ...line('Plaintext size', size === undefined ? undefined : formatExactBytes(size)),
    labelled('  RDS can read it', `${canRestore[rds.canRead]}. ${printable(rds.why)}`, 20, width),
    ...(product.canRead ? [] : line('This program', `cannot read it. ${product.why}`)),
  ].join('\n');
}

/** The names that the S3 console shows under Metadata. */
function headerNames(metadata: Metadata): string | undefined {
  const names = Object.keys(metadata).filter((name) => name.startsWith('x-amz-'));
  return names.length === 0 ? undefined : names.sort().join(', ');
}

const utc = (date: Date | undefined) =>
  date === undefined ? undefined : `${formatTime(date)} UTC`;

/** Encryption at rest is S3's own affair; it is named so that nobody takes it for the envelope. */
const sse = (algorithm: string | undefined) =>
  algorithm === undefined ? '' : `, server-side encryption ${algorithm}`;
