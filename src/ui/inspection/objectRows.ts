import type { Envelope } from '../../core/envelope/envelope.js';
import type { EnvelopeFacts } from '../../core/inspection/inspection.js';
import { envelopeFacts, rdsVerdictLabel } from '../../core/text/envelopeFacts.js';
import { type Fact, knownFacts } from '../../core/text/facts.js';
import type { ObjectEnvelope } from '../../core/transfer/objectEnvelope.js';

/** The names of all metadata stand in their own rows, and the verdict above all. */
const shownElsewhere: readonly string[] = ['Metadata', rdsVerdictLabel];

/** What there is to say of an object in S3 and its envelope, besides whether RDS can restore it. */
export function objectRows(
  object: ObjectEnvelope,
  facts: EnvelopeFacts,
  storageClass?: string,
): Fact[] {
  return [
    ...envelopeFacts(object, facts).filter(([label]) => !shownElsewhere.includes(label)),
    ...knownFacts([
      ...cipherRows(object.envelope),
      ['Storage class', storageClass],
      ['ETag', object.etag.replaceAll('"', '')],
      ['Parts', object.partCount?.toString()],
    ]),
  ];
}

/** User metadata in the order of the names, as S3 stores it. */
export const metadataRows = ({ metadata }: ObjectEnvelope): Fact[] =>
  Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));

function cipherRows(envelope: Envelope | undefined): Fact[] {
  if (envelope === undefined) return [];
  if (envelope.format === 'v3') return [['Message id', envelope.messageId.toString('hex')]];
  const iv: Fact = ['IV', envelope.iv.toString('hex')];
  return envelope.format === 'v1'
    ? [iv, ['Material description', JSON.stringify(envelope.materialDescription)]]
    : [iv];
}
