import { conditionsHold, type RequestContext, substitute } from './conditions.js';
import type { PrincipalElement, Statement } from './policyDocument.js';
import { matchesWildcard } from './wildcard.js';

/** Who asks, in every form in which a policy may name them. */
export interface PolicyPrincipal {
  /** The ARN in messages: the session's for a role, `rds.amazonaws.com` for a service. */
  readonly arn: string;
  /** Other ARNs that name the same principal: the role behind a session. */
  readonly alsoKnownAs: readonly string[];
  /** Empty for a service. */
  readonly accountId: string;
  /** Service principal, for example `rds.amazonaws.com`. */
  readonly service?: string;
}

export interface AccessRequest {
  readonly principal: PolicyPrincipal;
  /** For example `s3:GetObject`. */
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/** `account`: allowed, but only by naming the whole account, which leaves the choice to IAM. */
export type Verdict = 'deny' | 'allow' | 'account' | 'none';

/** Reads identity policies: their statements apply to whoever carries them. */
export function evaluateIdentity(
  statements: readonly Statement[],
  request: AccessRequest,
): Verdict {
  let verdict: Verdict = 'none';
  for (const statement of statements) {
    if (!applies(statement, request)) continue;
    if (statement.effect === 'Deny') return 'deny';
    verdict = 'allow';
  }
  return verdict;
}

/** Reads a resource or trust policy: statements apply to the principals they name. */
export function evaluateResource(
  statements: readonly Statement[],
  request: AccessRequest,
): Verdict {
  let verdict: Verdict = 'none';
  for (const statement of statements) {
    const named = principalNamed(statement, request.principal);
    if (named === 'no' || !applies(statement, request)) continue;
    if (statement.effect === 'Deny') return 'deny';
    if (named === 'itself') verdict = 'allow';
    else if (verdict === 'none') verdict = 'account';
  }
  return verdict;
}

function applies(statement: Statement, request: AccessRequest): boolean {
  const { actions, notActions, resources, notResources } = statement;
  const action = request.action.toLowerCase();
  const isAction = (pattern: string) => matchesWildcard(pattern.toLowerCase(), action);
  if (actions !== undefined && !actions.some(isAction)) return false;
  if (notActions?.some(isAction)) return false;
  const isResource = (pattern: string) =>
    matchesWildcard(substitute(pattern, request.context), request.resource);
  if (resources !== undefined && !resources.some(isResource)) return false;
  if (notResources?.some(isResource)) return false;
  return conditionsHold(statement.condition, request.context);
}

function principalNamed(
  statement: Statement,
  principal: PolicyPrincipal,
): 'itself' | 'account' | 'no' {
  if (statement.notPrincipal !== undefined) {
    return nameIn(statement.notPrincipal, principal) === 'no' ? 'itself' : 'no';
  }
  return statement.principal === undefined ? 'no' : nameIn(statement.principal, principal);
}

function nameIn(
  element: PrincipalElement,
  principal: PolicyPrincipal,
): 'itself' | 'account' | 'no' {
  if (element.anyone) return 'itself';
  if (principal.service !== undefined) {
    return element.byType['Service']?.includes(principal.service) ? 'itself' : 'no';
  }
  const names = element.byType['AWS'] ?? [];
  if (names.some((name) => name === principal.arn || principal.alsoKnownAs.includes(name))) {
    return 'itself';
  }
  const account = [principal.accountId, `arn:aws:iam::${principal.accountId}:root`];
  return names.some((name) => account.includes(name)) ? 'account' : 'no';
}
