import { checkCipherEntry } from './cipherEntry.js';
import type { Envelope, KeyWrap } from './envelope.js';
import type { EnvelopeHeaders } from './envelopeHeaders.js';
import { contentCipher, header } from './format.js';
import { ambiguousHeaders, malformedHeader, quoteValue } from './headerErrors.js';
import { kmsContextCodeV3, rawWrapCodesV3 } from './keyWrap.js';
import { commitmentBytes, messageIdBytes } from './suite115.js';

/** V3: `body` describes the content and is always the object's metadata; `key` holds the wrapped key. */
export function parseV3(body: EnvelopeHeaders, key: EnvelopeHeaders): Envelope {
  requireSuite115(body);
  return {
    format: 'v3',
    cipher: contentCipher.suite115,
    commitment: body.bytes(header.commitmentV3, commitmentBytes),
    messageId: body.bytes(header.messageIdV3, messageIdBytes),
    wrap: v3Wrap(key),
    wrappedKey: key.bytes(header.keyV3),
    plaintextLengthHint: body.byteCount(header.plaintextLength),
    source: key.place,
  };
}

/** @throws EngineError `envelope/missing-header`, `envelope/malformed-header` */
export function requireSuite115(headers: EnvelopeHeaders): void {
  if (headers.required(header.suiteV3) !== contentCipher.suite115) {
    throw malformedHeader(headers.place, header.suiteV3, 'names a cipher suite other than 115');
  }
}

function v3Wrap(headers: EnvelopeHeaders): KeyWrap {
  const code = headers.required(header.wrapV3);
  const isKms = code === kmsContextCodeV3;
  const algorithm = rawWrapCodesV3.get(code);
  if (!isKms && algorithm === undefined) {
    throw malformedHeader(
      headers.place,
      header.wrapV3,
      `names an unknown key wrap (${quoteValue(code)})`,
    );
  }
  const [used, unused] = isKms
    ? [header.encryptionContextV3, header.materialDescriptionV3]
    : [header.materialDescriptionV3, header.encryptionContextV3];
  if (headers.has(unused)) {
    const names = [header.wrapV3, unused];
    throw ambiguousHeaders(
      headers.place,
      names,
      `the key wrap ${quoteValue(code)} does not use it.`,
    );
  }
  const context = headers.stringMap(used);
  if (algorithm !== undefined) return { kind: 'raw', algorithm };
  checkCipherEntry(headers, used, context, contentCipher.suite115);
  return { kind: 'kms+context', context };
}
