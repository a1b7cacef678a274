import type { EncryptionContext, Envelope, Metadata } from './envelope.js';
import { header, metadataPrefix } from './format.js';
import { ambiguousHeaders, malformedHeader, missingHeader, quoteValue } from './headerErrors.js';
import { undoDoubleEncoding } from './doubleEncoding.js';

type Place = Envelope['source'];

/**
 * The envelope headers found in one place. Names are lower-case and without `x-amz-meta-`; an empty
 * value counts as absent, because Go's client writes headers it does not use with no value.
 */
export class EnvelopeHeaders {
  readonly #values = new Map<string, string>();

  constructor(
    readonly place: Place,
    entries: Iterable<readonly [string, string]>,
  ) {
    for (const [givenName, value] of entries) {
      const lowerCase = givenName.toLowerCase();
      const name = lowerCase.startsWith(metadataPrefix)
        ? lowerCase.slice(metadataPrefix.length)
        : lowerCase;
      if (!name.startsWith('x-amz-') || value === '') continue;
      const earlier = this.#values.get(name);
      if (earlier !== undefined && earlier !== value) {
        throw ambiguousHeaders(place, [name], 'it is there twice with different values.');
      }
      if (name.startsWith(`${header.keyV1}-`) && name !== header.keyV2) {
        throw malformedHeader(place, name, 'names a wrapped key of a format that is not known');
      }
      this.#values.set(name, value);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Those of `names` that are there, in the given order. */
  present(names: readonly string[]): string[] {
    return names.filter((name) => this.#values.has(name));
  }

  /** Every name that is there. */
  names(): string[] {
    return [...this.#values.keys()];
  }

  optional(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** @throws EngineError `envelope/missing-header` */
  required(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) throw missingHeader(this.place, name, []);
    return value;
  }

  /**
   * The bytes of a base64 header. Strict: re-encoding must give the same text, so there is exactly
   * one spelling of every value (padding, no white space, no stray bits).
   * @throws EngineError `envelope/missing-header`, `envelope/malformed-header`
   */
  bytes(name: string, length?: number): Buffer {
    const text = this.required(name);
    const bytes = Buffer.from(text, 'base64');
    if (bytes.toString('base64') !== text) {
      throw malformedHeader(this.place, name, 'is not valid base64');
    }
    if (length !== undefined && bytes.length !== length) {
      throw malformedHeader(this.place, name, `holds ${bytes.length} bytes instead of ${length}`);
    }
    return bytes;
  }

  /**
   * A JSON object of strings; `{}` when the header is absent.
   * @throws EngineError `envelope/malformed-header`
   */
  stringMap(name: string): EncryptionContext {
    const raw = this.#values.get(name);
    if (raw === undefined) return {};
    // Only S3's header handling encodes twice; the text of an instruction file arrives as written.
    const text = this.place === 'metadata' ? undoDoubleEncoding(raw) : raw;
    const map = parseJsonObject(text);
    if (map === undefined) throw malformedHeader(this.place, name, 'is not a JSON object');
    for (const [entry, value] of Object.entries(map)) {
      if (typeof value !== 'string') {
        throw malformedHeader(
          this.place,
          name,
          `holds a value that is not a string (${quoteValue(entry)})`,
        );
      }
    }
    return map as EncryptionContext;
  }

  /** A decimal number of bytes; undefined when absent. @throws EngineError `envelope/malformed-header` */
  byteCount(name: string): number | undefined {
    const text = this.#values.get(name);
    if (text === undefined) return undefined;
    const count = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) {
      throw malformedHeader(this.place, name, 'is not a number of bytes');
    }
    return count;
  }
}

/** The headers in an object's user metadata. */
export function metadataHeaders(metadata: Metadata): EnvelopeHeaders {
  return new EnvelopeHeaders('metadata', Object.entries(metadata));
}

/** The object in a JSON text, or undefined when the text is anything else. */
export function parseJsonObject(text: string): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
