import type { SandboxClock, ServiceFailure } from '../contract.js';
import type { RequestContext } from './conditions.js';
import {
  type AccessRequest,
  evaluateIdentity,
  evaluateResource,
  type PolicyPrincipal,
} from './evaluate.js';
import type { IdentityStore } from './identityStore.js';
import type { Caller } from './records.js';
import type { Statement } from './policyDocument.js';

/** A request that has proved who sent it. */
export interface ServiceCall {
  readonly caller: Caller;
  readonly region: string;
  readonly requestId: string;
  readonly sourceIp: string;
  /** What the caller reached the sandbox as, for example `http://127.0.0.1:4566`. */
  readonly baseUrl: string;
}

export interface AccessQuestion {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of this action, in lower case. */
  readonly context?: RequestContext | undefined;
  readonly resourcePolicy?: readonly Statement[] | undefined;
  /**
   * `either`: identity or resource policy suffices (S3, secrets). `resource`: the resource policy
   * decides, and may hand the choice to IAM by naming the account (KMS keys, trust policies).
   */
  readonly rule?: 'either' | 'resource';
}

export type Decision =
  { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** Decides as IAM does, for one account: explicit deny, then the allows of the rule that applies. */
export class Access {
  constructor(
    private readonly identities: IdentityStore,
    private readonly clock: SandboxClock,
  ) {}

  decide(
    call: Pick<ServiceCall, 'caller' | 'region' | 'sourceIp'>,
    question: AccessQuestion,
  ): Decision {
    const { caller } = call;
    // The sandbox's root user may do everything, so that no policy can lock its owner out.
    if (caller.kind === 'root') return { allowed: true };
    const request: AccessRequest = {
      principal: this.#principal(caller),
      action: question.action,
      resource: question.resource,
      context: { ...this.#context(call), ...question.context },
    };
    const identity = evaluateIdentity(this.identities.identityStatements(caller) ?? [], request);
    const resource = evaluateResource(question.resourcePolicy ?? [], request);
    const session =
      caller.sessionPolicy === undefined
        ? 'allow'
        : evaluateIdentity(caller.sessionPolicy, request);

    if (identity === 'deny') return denied('with an explicit deny in an identity-based policy');
    if (resource === 'deny') return denied('with an explicit deny in a resource-based policy');
    if (session === 'deny') return denied('with an explicit deny in a session policy');
    const granted =
      resource === 'allow' ||
      (identity === 'allow' && (question.rule !== 'resource' || resource === 'account'));
    if (!granted) {
      const lacking =
        question.rule === 'resource' && resource === 'none' ? 'resource-based' : 'identity-based';
      return denied(`because no ${lacking} policy allows the ${question.action} action`);
    }
    if (session !== 'allow') {
      return denied(`because no session policy allows the ${question.action} action`);
    }
    return { allowed: true };
  }

  /**
   * Refuses what the caller may not do.
   * @param refuse words the refusal as the service does, from the sentence most of them share
   */
  require(
    call: Pick<ServiceCall, 'caller' | 'region' | 'sourceIp'>,
    question: AccessQuestion,
    refuse: (message: string) => ServiceFailure,
  ): void {
    const decision = this.decide(call, question);
    if (!decision.allowed) throw refuse(denialMessage(call.caller, question, decision.reason));
  }

  /**
   * Decides about a role's trust policy. It binds the root user too: a role that trusts only a
   * service is for that service.
   */
  decideTrust(
    call: Pick<ServiceCall, 'caller' | 'region' | 'sourceIp'>,
    question: AccessQuestion,
  ): Decision {
    const { caller } = call;
    if (caller.kind !== 'root') return this.decide(call, { ...question, rule: 'resource' });
    const verdict = evaluateResource(question.resourcePolicy ?? [], {
      principal: this.#principal(caller),
      action: question.action,
      resource: question.resource,
      context: { ...this.#context(call), ...question.context },
    });
    if (verdict === 'deny') return denied('with an explicit deny in a resource-based policy');
    if (verdict === 'none') return denied('');
    return { allowed: true };
  }

  #principal(caller: Caller): PolicyPrincipal {
    const role = caller.roleName === undefined ? undefined : this.identities.roles[caller.roleName];
    const { arn, accountId } = caller;
    return { arn, accountId, alsoKnownAs: role === undefined ? [] : [role.arn] };
  }

  #context(call: Pick<ServiceCall, 'caller' | 'region' | 'sourceIp'>): RequestContext {
    const { caller } = call;
    const now = this.clock.now();
    const role = caller.roleName === undefined ? undefined : this.identities.roles[caller.roleName];
    return {
      'aws:principalarn': role?.arn ?? caller.arn,
      'aws:principalaccount': caller.accountId,
      'aws:principaltype': caller.kind === 'user' ? 'User' : 'AssumedRole',
      'aws:userid': caller.userId,
      'aws:sourceip': call.sourceIp,
      'aws:securetransport': 'false',
      'aws:requestedregion': call.region,
      'aws:currenttime': now.toISOString(),
      'aws:epochtime': String(Math.floor(now.getTime() / 1000)),
      'aws:multifactorauthpresent': String(caller.mfa),
      ...(caller.userName !== undefined && { 'aws:username': caller.userName }),
    };
  }
}

const denied = (reason: string): Decision => ({ allowed: false, reason });

/** The sentence most services refuse with. */
export function denialMessage(caller: Caller, question: AccessQuestion, reason: string): string {
  return (
    `User: ${caller.arn} is not authorized to perform: ${question.action} ` +
    `on resource: ${question.resource} ${reason}`
  );
}
