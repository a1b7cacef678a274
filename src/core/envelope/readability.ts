import type { Envelope } from './envelope.js';
import { contentCipher } from './format.js';
import { rawKeyReason } from './keyWrap.js';

export interface Readability {
  /** `unproven`: the documentation allows it, but no restore of such an object has been seen. */
  readonly rds: { readonly canRead: 'yes' | 'unproven' | 'no'; readonly why: string };
  readonly product: { readonly canRead: boolean; readonly why: string };
}

/** Who can decrypt an object with this envelope, given the KMS key, and why. */
export function readability(envelope: Envelope): Readability {
  const { wrap } = envelope;
  return {
    rds: rdsReadability(envelope),
    product:
      wrap.kind === 'raw'
        ? { canRead: false, why: rawKeyReason(wrap.algorithm) }
        : {
            canRead: true,
            why: 'Its data key is wrapped by KMS; kms:Decrypt on that key opens it.',
          },
  };
}

/**
 * AWS documents only "Encryption-Only crypto mode" (AES-CBC) with a symmetric KMS key; the object of
 * a published, successful restore is V1, wrapped without encryption context.
 */
function rdsReadability(envelope: Envelope): Readability['rds'] {
  const { wrap } = envelope;
  if (wrap.kind === 'raw') return { canRead: 'no', why: rawKeyReason(wrap.algorithm) };
  if (envelope.source === 'instruction-file') {
    return {
      canRead: 'no',
      why: 'Its envelope is in an instruction file; RDS asks for the x-amz-key header of the object itself.',
    };
  }
  if (envelope.cipher !== contentCipher.cbc) {
    return {
      canRead: 'no',
      why: 'RDS decrypts in the Encryption-Only mode, which is AES-CBC; this content is AES-GCM.',
    };
  }
  if (wrap.kind === 'kms+context') {
    return {
      canRead: 'no',
      why: 'Its data key is wrapped by kms+context, which is no part of the Encryption-Only mode.',
    };
  }
  if (envelope.format === 'v2') {
    return {
      canRead: 'unproven',
      why:
        'V2 with wrap "kms" and AES-CBC is what AWS documents as Encryption-Only, but no restore of ' +
        'one is known, and RDS names the V1 header x-amz-key when it misses an envelope.',
    };
  }
  if (Object.keys(envelope.materialDescription).length > 0) {
    return {
      canRead: 'unproven',
      why: 'V1 with AES-CBC is restored by RDS, but x-amz-matdesc is not "{}" as in the known case.',
    };
  }
  return {
    canRead: 'yes',
    why: 'V1, AES-CBC, data key wrapped by KMS without encryption context: the form RDS is known to restore.',
  };
}
