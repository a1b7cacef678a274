import { ServiceFailure } from '../contract.js';

/** Members of an AWS JSON 1.1 request, read with their types checked. */
export class JsonInput {
  private constructor(
    private readonly members: Readonly<Record<string, unknown>>,
    private readonly path: string,
  ) {}

  static parse(body: string): JsonInput {
    let value: unknown;
    try {
      value = JSON.parse(body === '' ? '{}' : body);
    } catch {
      throw new ServiceFailure('SerializationException', 'The request body is not valid JSON.');
    }
    return JsonInput.of(value, '');
  }

  private static of(value: unknown, path: string): JsonInput {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrongType(path, 'an object');
    }
    return new JsonInput(value as Record<string, unknown>, path);
  }

  #member(name: string): unknown {
    const value = Object.hasOwn(this.members, name) ? this.members[name] : undefined;
    return value === null ? undefined : value;
  }

  text(name: string): string | undefined {
    const value = this.#member(name);
    if (value === undefined || typeof value === 'string') return value;
    throw wrongType(this.path + name, 'a string');
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw missing(this.path + name);
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.#member(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw wrongType(this.path + name, 'a boolean');
  }

  integer(name: string): number | undefined {
    const value = this.#member(name);
    if (value === undefined || (typeof value === 'number' && Number.isInteger(value))) return value;
    throw wrongType(this.path + name, 'an integer');
  }

  /** A base64 blob. */
  blob(name: string): Buffer | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0) {
      throw new ServiceFailure(
        'SerializationException',
        `${this.path}${name} is not valid base64.`,
      );
    }
    return Buffer.from(value, 'base64');
  }

  requiredBlob(name: string): Buffer {
    const value = this.blob(name);
    if (value === undefined) throw missing(this.path + name);
    return value;
  }

  /** A map of strings; empty when absent. */
  map(name: string): Record<string, string> {
    const value = this.#member(name);
    if (value === undefined) return {};
    if (typeof value !== 'object' || Array.isArray(value))
      throw wrongType(name, 'a map of strings');
    const entries = Object.entries(value as object).map(([key, item]) => {
      if (typeof item !== 'string') throw wrongType(`${name}.${key}`, 'a string');
      return [key, item] as const;
    });
    return Object.fromEntries(entries);
  }

  list(name: string): JsonInput[] {
    return this.#array(name).map((item, index) =>
      JsonInput.of(item, `${this.path}${name}[${String(index)}].`),
    );
  }

  texts(name: string): string[] {
    return this.#array(name).map((item) => {
      if (typeof item !== 'string') throw wrongType(this.path + name, 'a list of strings');
      return item;
    });
  }

  #array(name: string): unknown[] {
    const value = this.#member(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw wrongType(this.path + name, 'a list');
    return value;
  }
}

const wrongType = (name: string, wanted: string) =>
  new ServiceFailure('SerializationException', `${name || 'The request'} must be ${wanted}.`);

const missing = (name: string) =>
  new ServiceFailure(
    'ValidationException',
    `1 validation error detected: Value null at '${name.charAt(0).toLowerCase()}${name.slice(1)}' ` +
      'failed to satisfy constraint: Member must not be null',
  );
