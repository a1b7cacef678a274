import { matchesArn, matchesWildcard } from './wildcard.js';
import type { ConditionBlock } from './policyDocument.js';

/** Facts of a request that conditions may ask for, by condition key in lower case. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

type Test = (wanted: string, actual: string) => boolean;

const numeric =
  (compare: (actual: number, wanted: number) => boolean): Test =>
  (wanted, actual) =>
    compare(Number(actual), Number(wanted));
const date =
  (compare: (actual: number, wanted: number) => boolean): Test =>
  (wanted, actual) =>
    compare(instant(actual), instant(wanted));
const equals: Test = (wanted, actual) => wanted === actual;
const equalsIgnoringCase: Test = (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase();

/** Dates are ISO 8601 or seconds since 1970. */
function instant(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

/** Operators that accept when any wanted value fits, and their negations by name. */
const positive: Readonly<Record<string, Test>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoringCase,
  StringLike: matchesWildcard,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  BinaryEquals: equals,
  Bool: equalsIgnoringCase,
  NumericEquals: numeric((actual, wanted) => actual === wanted),
  NumericLessThan: numeric((actual, wanted) => actual < wanted),
  NumericLessThanEquals: numeric((actual, wanted) => actual <= wanted),
  NumericGreaterThan: numeric((actual, wanted) => actual > wanted),
  NumericGreaterThanEquals: numeric((actual, wanted) => actual >= wanted),
  DateEquals: date((actual, wanted) => actual === wanted),
  DateLessThan: date((actual, wanted) => actual < wanted),
  DateLessThanEquals: date((actual, wanted) => actual <= wanted),
  DateGreaterThan: date((actual, wanted) => actual > wanted),
  DateGreaterThanEquals: date((actual, wanted) => actual >= wanted),
  IpAddress: inNetwork,
};
const negative: Readonly<Record<string, Test>> = {
  StringNotEquals: equals,
  StringNotEqualsIgnoreCase: equalsIgnoringCase,
  StringNotLike: matchesWildcard,
  ArnNotEquals: matchesArn,
  ArnNotLike: matchesArn,
  NumericNotEquals: numeric((actual, wanted) => actual === wanted),
  DateNotEquals: date((actual, wanted) => actual === wanted),
  NotIpAddress: inNetwork,
};

/** True when every operator and every key of a Condition element accepts the request. */
export function conditionsHold(condition: ConditionBlock, context: RequestContext): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      operatorHolds(
        operator,
        wanted.map((value) => substitute(value, context)),
        context[key.toLowerCase()],
      ),
    ),
  );
}

function operatorHolds(
  operator: string,
  wanted: readonly string[],
  actual: string | readonly string[] | undefined,
): boolean {
  const [, quantifier, rawName = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  if (rawName === 'Null') {
    return wanted.some((value) => (value.toLowerCase() === 'true') === (actual === undefined));
  }
  const accept = positive[rawName];
  const refuse = negative[rawName];
  const test = accept ?? refuse;
  // An operator IAM does not know never accepts: the safe reading of a policy nobody can evaluate.
  if (test === undefined) return false;
  if (actual === undefined) {
    return ifExists !== undefined || refuse !== undefined || quantifier === 'ForAllValues';
  }
  const values = typeof actual === 'string' ? [actual] : actual;
  const fits = (value: string) =>
    wanted.some((candidate) => test(candidate, value)) !== (accept === undefined);
  if (quantifier === 'ForAllValues') return values.every(fits);
  // Without a quantifier a negated operator must hold for every value the request carries.
  if (quantifier === undefined && refuse !== undefined) return values.every(fits);
  return values.some(fits);
}

/** Fills in policy variables such as `${aws:username}`; an unknown one matches nothing. */
export function substitute(text: string, context: RequestContext): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name === '*' || name === '?' || name === '$') return name;
    const [key = '', fallback] = name.split(/,\s*/, 2);
    const value = context[key.trim().toLowerCase()];
    if (typeof value === 'string') return value;
    return fallback?.replaceAll("'", '') ?? '\u0000';
  });
}

function inNetwork(network: string, address: string): boolean {
  const [base = '', bits = '32'] = network.split('/');
  const from = ipv4(base);
  const at = ipv4(address);
  if (from === undefined || at === undefined) return network === address;
  const shift = 2 ** (32 - Number(bits));
  return Math.floor(from / shift) === Math.floor(at / shift);
}

function ipv4(text: string): number | undefined {
  const parts = text.replace(/^::ffff:/, '').split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}
