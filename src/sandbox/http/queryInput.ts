import { ServiceFailure } from '../contract.js';
import { parseQuery } from './uri.js';

/** Parameters of the AWS Query protocol: dotted names such as `Tags.Tag.1.Key`. */
export class QueryInput {
  private constructor(private readonly parameters: ReadonlyMap<string, string>) {}

  static parse(form: string): QueryInput {
    const parsed = parseQuery(form);
    if (parsed === undefined) {
      throw new ServiceFailure('MalformedQueryString', 'The query string contains a syntax error.');
    }
    return new QueryInput(new Map(parsed.map(({ name, value }) => [name, value])));
  }

  text(name: string): string | undefined {
    return this.parameters.get(name);
  }

  /** @throws ServiceFailure when the parameter is absent or empty */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') {
      throw new ServiceFailure(
        'MissingParameter',
        `The request must contain the parameter ${name}.`,
      );
    }
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value === 'true' || value === 'false') return value === 'true';
    throw invalid(name, value, 'true or false');
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^-?\d{1,15}$/.test(value)) return Number(value);
    throw invalid(name, value, 'an integer');
  }

  /** Plain values of a list: `Name.1`, `Name.member.1` or `Name.Wrapper.1`. */
  texts(name: string): string[] {
    return this.list(name).flatMap((item) => item.text('') ?? []);
  }

  has(name: string): boolean {
    return [...this.parameters.keys()].some((key) => key === name || key.startsWith(`${name}.`));
  }

  /** Items of a list in the order of their numbers, each with names relative to itself. */
  list(name: string): QueryInput[] {
    const items = new Map<number, Map<string, string>>();
    for (const [key, value] of this.parameters) {
      if (!key.startsWith(`${name}.`)) continue;
      // The wrapper's name (member, Tag, Filter…) carries nothing.
      const [, index, rest = ''] =
        /^(?:[A-Za-z]\w*\.)?(\d{1,6})(?:\.(.+))?$/.exec(key.slice(name.length + 1)) ?? [];
      if (index === undefined) continue;
      const item = items.get(Number(index)) ?? new Map<string, string>();
      items.set(Number(index), item.set(rest, value));
    }
    return [...items].sort(([a], [b]) => a - b).map(([, item]) => new QueryInput(item));
  }
}

const invalid = (name: string, value: string, wanted: string) =>
  new ServiceFailure(
    'InvalidParameterValue',
    `Invalid value ${value} for ${name}: expected ${wanted}.`,
  );
