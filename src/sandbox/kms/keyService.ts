import { randomBytes } from 'node:crypto';
import { ServiceFailure } from '../contract.js';
import { type Access, denialMessage, type ServiceCall } from '../iam/access.js';
import { type Statement, parsePolicy } from '../iam/policyDocument.js';
import { keyHash, parseBlob, seal, unseal } from './blob.js';
import type { KeyRecord, KeyStore } from './keyStore.js';

export type EncryptionContext = Readonly<Record<string, string>>;

/** The part of a call that decides which keys it may use. */
export type KeyCall = Pick<ServiceCall, 'caller' | 'region' | 'sourceIp'>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** KMS's cryptographic operations and the finding of keys, with every check that KMS makes. */
export class KeyService {
  constructor(
    readonly store: KeyStore,
    private readonly access: Access,
  ) {}

  /** The key that an id, an ARN, an alias or an alias ARN names in the call's region. */
  resolve(call: KeyCall, keyId: string): KeyRecord {
    const { region } = call;
    const { accountId } = this.store;
    let name = keyId;
    if (keyId.startsWith('arn:')) {
      const [, , service, arnRegion, account, resource = ''] = keyId.split(':');
      if (service !== 'kms' || !/^(key|alias)\//.test(resource))
        throw notFound(`Invalid arn ${keyId}`);
      if (arnRegion !== region) throw notFound(`Invalid arn ${arnRegion ?? ''}`);
      if (account !== accountId) {
        const question = { action: 'kms:DescribeKey', resource: keyId };
        const reason =
          'because the resource does not exist in this Region, no resource-based policies allow ' +
          'access, or a resource-based policy explicitly denies access';
        throw accessDenied(denialMessage(call.caller, question, reason));
      }
      name = resource.startsWith('key/') ? resource.slice('key/'.length) : resource;
    }
    if (name.startsWith('alias/')) {
      const alias = this.store.alias(region, name);
      const key = alias && this.store.key(region, alias.target);
      if (key === undefined) {
        throw notFound(`Alias arn:aws:kms:${region}:${accountId}:${name} is not found.`);
      }
      return key;
    }
    if (!uuid.test(name)) throw notFound(`Invalid keyId '${name}'`);
    const key = this.store.key(region, name);
    if (key === undefined) {
      throw notFound(`Key 'arn:aws:kms:${region}:${accountId}:key/${name}' does not exist`);
    }
    return key;
  }

  /** Finds a key and checks that the caller may do `action` with it. */
  authorize(
    call: KeyCall,
    action: string,
    keyId: string,
    context: EncryptionContext = {},
  ): KeyRecord {
    const key = this.resolve(call, keyId);
    this.access.require(call, this.#question(action, key, context), accessDenied);
    return key;
  }

  #question(action: string, key: KeyRecord, context: EncryptionContext) {
    const entries = Object.entries(context).map(
      ([name, value]) => [`kms:encryptioncontext:${name.toLowerCase()}`, value] as const,
    );
    return {
      action,
      resource: key.arn,
      resourcePolicy: this.#statements(key),
      rule: 'resource' as const,
      context: {
        'kms:calleraccount': this.store.accountId,
        'kms:encryptioncontextkeys': Object.keys(context),
        ...Object.fromEntries(entries),
      },
    };
  }

  /** In a key policy `"Resource": "*"` means this key. */
  #statements(key: KeyRecord): Statement[] {
    return parsePolicy(key.policy, 'resource');
  }

  encrypt(
    call: KeyCall,
    keyId: string,
    plaintext: Buffer,
    context: EncryptionContext,
    operation: 'Encrypt' | 'ReEncryptTo' = 'Encrypt',
  ) {
    const key = this.#usable(call, operation, keyId, context);
    return { key, blob: this.#seal(key, plaintext, context) };
  }

  /** A fresh data key, in the clear and wrapped. The caller zeroes the plaintext. */
  generateDataKey(
    call: KeyCall,
    operation: 'GenerateDataKey' | 'GenerateDataKeyWithoutPlaintext',
    keyId: string,
    length: number,
    context: EncryptionContext,
  ) {
    const key = this.#usable(call, operation, keyId, context);
    const plaintext = randomBytes(length);
    return { key, plaintext, blob: this.#seal(key, plaintext, context) };
  }

  /**
   * Opens a blob.
   * @param keyId the key it must be wrapped by; undefined to take the one it names
   */
  decrypt(
    call: KeyCall,
    blob: Buffer,
    context: EncryptionContext,
    keyId?: string,
    operation: 'Decrypt' | 'ReEncryptFrom' = 'Decrypt',
  ): { key: KeyRecord; plaintext: Buffer } {
    const wanted = keyId === undefined ? undefined : this.#usable(call, operation, keyId, context);
    const parsed = parseBlob(blob);
    if (parsed === undefined) throw invalidCiphertext();
    const key = this.store
      .keys(call.region)
      .find((candidate) => keyHash(candidate.arn).equals(parsed.keyHash));
    if (wanted !== undefined && key !== wanted) throw incorrectKey();
    // KMS does not say which of the three it is.
    if (key === undefined || !this.#mayUse(call, operation, key, context)) {
      throw accessDenied(
        'The ciphertext refers to a customer master key that does not exist, does not exist in ' +
          'this region, or you are not allowed to access.',
      );
    }
    this.#requireState(key);
    const material = this.store.material(key);
    const plaintext = unseal(material, parsed, context);
    material.fill(0);
    if (plaintext === undefined) throw invalidCiphertext();
    return { key, plaintext };
  }

  #mayUse(call: KeyCall, operation: string, key: KeyRecord, context: EncryptionContext): boolean {
    return this.access.decide(call, this.#question(`kms:${operation}`, key, context)).allowed;
  }

  #usable(call: KeyCall, operation: string, keyId: string, context: EncryptionContext): KeyRecord {
    const key = this.authorize(call, `kms:${operation}`, keyId, context);
    this.#requireState(key);
    if (key.usage !== 'ENCRYPT_DECRYPT') {
      throw new ServiceFailure(
        'InvalidKeyUsageException',
        `${key.arn} key usage is ${key.usage} which is not valid for ${operation}.`,
      );
    }
    if (key.spec !== 'SYMMETRIC_DEFAULT') {
      throw new ServiceFailure(
        'InvalidKeyUsageException',
        `${key.arn} key spec is ${key.spec} which is not valid for ${operation}.` +
          (operation.startsWith('GenerateDataKey')
            ? ''
            : ' The sandbox encrypts with symmetric keys only.'),
      );
    }
    if (key.manager === 'AWS') {
      throw accessDenied(
        `${call.caller.arn} may not use the AWS managed key ${key.arn} directly: its policy allows ` +
          'only requests that come through its service.',
      );
    }
    return key;
  }

  #requireState(key: KeyRecord): void {
    if (key.state === 'Disabled') {
      throw new ServiceFailure('DisabledException', `${key.arn} is disabled.`);
    }
    if (key.state === 'PendingDeletion') {
      throw new ServiceFailure('KMSInvalidStateException', `${key.arn} is pending deletion.`);
    }
  }

  #seal(key: KeyRecord, plaintext: Buffer, context: EncryptionContext): Buffer {
    const material = this.store.material(key);
    const blob = seal(material, key.arn, plaintext, context);
    material.fill(0);
    return blob;
  }
}

const notFound = (message: string) => new ServiceFailure('NotFoundException', message);
const accessDenied = (message: string) => new ServiceFailure('AccessDeniedException', message);
const invalidCiphertext = () => new ServiceFailure('InvalidCiphertextException', '');
const incorrectKey = () =>
  new ServiceFailure(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
