import { ServiceFailure } from '../contract.js';

/** Values of one condition operator: condition key -> accepted values. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface PrincipalElement {
  /** True for `"*"`. */
  readonly anyone: boolean;
  /** `AWS`, `Service`, `Federated`… -> names. */
  readonly byType: Readonly<Record<string, readonly string[]>>;
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly principal: PrincipalElement | undefined;
  readonly notPrincipal: PrincipalElement | undefined;
  readonly actions: readonly string[] | undefined;
  readonly notActions: readonly string[] | undefined;
  readonly resources: readonly string[] | undefined;
  readonly notResources: readonly string[] | undefined;
  readonly condition: ConditionBlock;
}

/** `identity`: no Principal, a Resource. `trust`: a Principal, no Resource. `resource`: both. */
export type PolicyKind = 'identity' | 'trust' | 'resource';

const malformed = (message: string) => new ServiceFailure('MalformedPolicyDocument', message);

const known = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/**
 * Reads a policy document as IAM would.
 * @throws ServiceFailure `MalformedPolicyDocument`
 */
export function parsePolicy(text: string, kind: PolicyKind): Statement[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed('Syntax errors in policy.');
  }
  if (!isRecord(document)) throw malformed('Syntax errors in policy.');
  const { Version: version, Statement: statements } = document;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    throw malformed('The policy must contain a valid version string.');
  }
  const list = Array.isArray(statements) ? (statements as unknown[]) : [statements];
  if (statements === undefined || list.length === 0) {
    throw malformed('The policy must contain at least one statement.');
  }
  return list.map((statement) => parseStatement(statement, kind));
}

function parseStatement(value: unknown, kind: PolicyKind): Statement {
  if (!isRecord(value)) throw malformed('Syntax errors in policy.');
  const strange = Object.keys(value).find((name) => !known.has(name));
  if (strange !== undefined) throw malformed(`Syntax error in policy: unknown element ${strange}.`);
  const effect = value['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Missing required field Effect.');

  const statement: Statement = {
    sid: typeof value['Sid'] === 'string' ? value['Sid'] : undefined,
    effect,
    principal: parsePrincipal(value['Principal']),
    notPrincipal: parsePrincipal(value['NotPrincipal']),
    actions: strings(value['Action'], 'Action'),
    notActions: strings(value['NotAction'], 'NotAction'),
    resources: strings(value['Resource'], 'Resource'),
    notResources: strings(value['NotResource'], 'NotResource'),
    condition: parseCondition(value['Condition']),
  };
  const hasPrincipal = (statement.principal ?? statement.notPrincipal) !== undefined;
  const hasResource = (statement.resources ?? statement.notResources) !== undefined;
  if ((statement.actions === undefined) === (statement.notActions === undefined)) {
    throw malformed('Policy statement must contain actions.');
  }
  if (kind === 'identity') {
    if (hasPrincipal) throw malformed('Policy document should not specify a principal.');
    if (!hasResource) throw malformed('Policy statement must contain resources.');
    for (const action of [...(statement.actions ?? []), ...(statement.notActions ?? [])]) {
      if (action !== '*' && !/^[\w-]+:[\w*?]+$/.test(action)) {
        throw malformed(
          'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
        );
      }
    }
    for (const resource of [...(statement.resources ?? []), ...(statement.notResources ?? [])]) {
      if (!/^\*$|^arn:/.test(resource) && !resource.includes('*')) {
        throw malformed(`Resource ${resource} must be in ARN format or "*".`);
      }
    }
  } else if (!hasPrincipal) {
    throw malformed('Policy document must specify a principal.');
  }
  if (kind === 'trust' && hasResource) {
    throw malformed('Has prohibited field Resource');
  }
  return statement;
}

function parsePrincipal(value: unknown): PrincipalElement | undefined {
  if (value === undefined) return undefined;
  if (value === '*') return { anyone: true, byType: {} };
  if (!isRecord(value)) throw malformed('Invalid principal in policy.');
  const byType = Object.fromEntries(
    Object.entries(value).map(([type, names]) => [type, strings(names, 'Principal') ?? []]),
  );
  return { anyone: byType['AWS']?.includes('*') ?? false, byType };
}

function parseCondition(value: unknown): ConditionBlock {
  if (value === undefined) return {};
  if (!isRecord(value)) throw malformed('Syntax errors in policy.');
  return Object.fromEntries(
    Object.entries(value).map(([operator, keys]) => {
      if (!isRecord(keys)) throw malformed('Syntax errors in policy.');
      return [
        operator,
        Object.fromEntries(
          Object.entries(keys).map(([key, wanted]) => [key, strings(wanted, operator) ?? []]),
        ),
      ];
    }),
  );
}

function strings(value: unknown, element: string): string[] | undefined {
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  return list.map((item) => {
    if (typeof item === 'string') return item;
    if (typeof item === 'boolean' || typeof item === 'number') return String(item);
    throw malformed(`Syntax errors in policy: ${element} must hold strings.`);
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
