import { ServiceFailure } from '../contract.js';
import type { QueryInput } from '../http/queryInput.js';
import type { QueryOperation } from '../http/operation.js';
import type { RequestContext } from './conditions.js';
import {
  evaluateIdentity,
  evaluateResource,
  type PolicyPrincipal,
  type Verdict,
} from './evaluate.js';
import { iamPage, type IamService, members, noSuch } from './iamService.js';
import type { PolicyHolder } from './records.js';
import { parsePolicy, type Statement } from './policyDocument.js';

type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny';

/** SimulatePrincipalPolicy and SimulateCustomPolicy: what a policy would decide, asked for in advance. */
export function simulationOperations(iam: IamService): Record<string, QueryOperation> {
  const { identities } = iam;

  function holder(arn: string): PolicyHolder {
    const found = [...Object.values(identities.roles), ...Object.values(identities.users)].find(
      (candidate) => candidate.arn === arn,
    );
    if (found === undefined) throw noSuch(`The entity ${arn} cannot be found.`);
    return found;
  }

  const extra = (input: QueryInput): Statement[] =>
    input.texts('PolicyInputList').flatMap((document) => parsePolicy(document, 'identity'));

  return {
    SimulatePrincipalPolicy: (input, call) => {
      const source = input.required('PolicySourceArn');
      iam.authorize(call, 'SimulatePrincipalPolicy', source);
      const statements = [...identities.statementsOf(holder(source)), ...extra(input)];
      return simulate(input, statements, source, identities.accountId);
    },

    SimulateCustomPolicy: (input, call) => {
      iam.authorize(call, 'SimulateCustomPolicy', '*');
      const caller = input.text('CallerArn') ?? call.caller.arn;
      return simulate(input, extra(input), caller, identities.accountId);
    },
  };
}

function simulate(
  input: QueryInput,
  statements: readonly Statement[],
  principalArn: string,
  accountId: string,
) {
  const actions = input.texts('ActionNames');
  if (actions.length === 0) {
    throw new ServiceFailure('ValidationError', 'ActionNames must have at least one member');
  }
  for (const action of actions) {
    if (!/^[\w-]+:\w+$/.test(action)) {
      throw new ServiceFailure('InvalidInput', `Invalid Action provided: ${action}`);
    }
  }
  const resources = input.texts('ResourceArns');
  const context = readContext(input);
  const resourcePolicyText = input.text('ResourcePolicy');
  const resourcePolicy =
    resourcePolicyText === undefined ? [] : parsePolicy(resourcePolicyText, 'resource');
  const principal: PolicyPrincipal = { arn: principalArn, alsoKnownAs: [], accountId };

  const decide = (action: string, resource: string): Decision => {
    const request = { principal, action, resource, context };
    const identity = evaluateIdentity(statements, request);
    return decision(identity, evaluateResource(resourcePolicy, request));
  };
  const { shown, paging } = iamPage(input, actions);
  const results = shown.map((action) => {
    const each = (resources.length > 0 ? resources : ['*']).map((resource) => ({
      EvalResourceName: resource,
      EvalResourceDecision: decide(action, resource),
      MatchedStatements: {},
      MissingContextValues: {},
    }));
    return {
      EvalActionName: action,
      EvalResourceName: each[0]?.EvalResourceName,
      EvalDecision: worst(each.map((result) => result.EvalResourceDecision)),
      MatchedStatements: {},
      MissingContextValues: {},
      ResourceSpecificResults: resources.length > 0 ? members(each) : undefined,
    };
  });
  return { EvaluationResults: members(results), ...paging };
}

function decision(identity: Verdict, resource: Verdict): Decision {
  if (identity === 'deny' || resource === 'deny') return 'explicitDeny';
  return identity === 'allow' || resource === 'allow' ? 'allowed' : 'implicitDeny';
}

const worst = (decisions: readonly Decision[]): Decision =>
  decisions.find((one) => one === 'explicitDeny') ??
  decisions.find((one) => one === 'implicitDeny') ??
  'allowed';

function readContext(input: QueryInput): RequestContext {
  return Object.fromEntries(
    input.list('ContextEntries').map((entry) => {
      const values = entry.texts('ContextKeyValues');
      const name = entry.required('ContextKeyName').toLowerCase();
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
