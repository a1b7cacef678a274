import { ServiceFailure } from '../contract.js';
import { type Access, denialMessage, type ServiceCall } from '../iam/access.js';
import { type IdentityStore } from '../iam/identityStore.js';
import { type KeyService } from '../kms/keyService.js';
import { type SecretStore } from '../secrets/secretStore.js';
import { type Lifecycle } from './lifecycle.js';
import { type RdsStore } from './rdsStore.js';

/** What the RDS operations share. */
export class RdsService {
  constructor(
    readonly store: RdsStore,
    readonly lifecycle: Lifecycle,
    readonly identities: IdentityStore,
    readonly secrets: SecretStore,
    readonly keys: KeyService,
    private readonly access: Access,
  ) {}

  /** @throws ServiceFailure `AccessDenied` */
  authorize(call: ServiceCall, action: string, resource: string): void {
    this.#demand(call, `rds:${action}`, resource);
  }

  /** Whoever hands a role to RDS needs iam:PassRole for it. */
  authorizePassRole(call: ServiceCall, roleArn: string): void {
    this.#demand(call, 'iam:PassRole', roleArn, { 'iam:passedtoservice': 'rds.amazonaws.com' });
  }

  #demand(call: ServiceCall, action: string, resource: string, context = {}): void {
    const question = { action, resource, context };
    const decision = this.access.decide(call, question);
    if (decision.allowed) return;
    throw new ServiceFailure(
      'AccessDenied',
      denialMessage(call.caller, question, decision.reason),
      403,
    );
  }
}
