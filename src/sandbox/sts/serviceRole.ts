import { type RoleAccess, type SandboxInstance, ServiceFailure } from '../contract.js';
import { evaluateResource } from '../iam/evaluate.js';
import type { IdentityStore } from '../iam/identityStore.js';
import { parsePolicy } from '../iam/policyDocument.js';
import type { KeyService } from '../kms/keyService.js';
import { roleAccess } from '../roleAccess.js';
import type { S3Service } from '../s3/s3Service.js';

/**
 * RDS assumes the role of an option. The trust policy has to accept it for the instance and for the
 * option group, both of which it names as aws:SourceArn in its calls.
 */
export function assumeServiceRole(
  services: { identities: IdentityStore; s3: S3Service; keyService: KeyService },
  roleArn: string,
  instance: SandboxInstance,
): RoleAccess {
  const { identities } = services;
  const role = identities.roleByArn(roleArn);
  const accepts = (sourceArn: string) =>
    role !== undefined &&
    evaluateResource(parsePolicy(role.trust, 'trust'), {
      principal: {
        arn: 'rds.amazonaws.com',
        service: 'rds.amazonaws.com',
        accountId: '',
        alsoKnownAs: [],
      },
      action: 'sts:AssumeRole',
      resource: roleArn,
      context: { 'aws:sourcearn': sourceArn, 'aws:sourceaccount': instance.accountId },
    }) === 'allow';
  if (role === undefined || !accepts(instance.arn) || !accepts(instance.optionGroup.arn)) {
    throw new ServiceFailure(
      'AccessDenied',
      `User: rds.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      403,
    );
  }
  const caller = identities.roleCaller(role, 'RDS-SQLServerBackup');
  return roleAccess(services.s3, services.keyService, {
    caller,
    region: instance.region,
    sourceIp: '127.0.0.1',
  });
}
