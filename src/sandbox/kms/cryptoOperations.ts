import type { JsonInput } from '../http/jsonInput.js';
import type { JsonOperation } from '../http/operation.js';
import type { ServiceCall } from '../iam/access.js';
import { validation } from './input.js';
import type { KeyService } from './keyService.js';

type CryptoOperation =
  'GenerateDataKey' | 'GenerateDataKeyWithoutPlaintext' | 'Encrypt' | 'Decrypt' | 'ReEncrypt';

export function cryptoOperations(keys: KeyService): Record<CryptoOperation, JsonOperation> {
  const dataKey =
    (operation: 'GenerateDataKey' | 'GenerateDataKeyWithoutPlaintext') =>
    (input: JsonInput, call: ServiceCall) => {
      const { key, plaintext, blob } = keys.generateDataKey(
        call,
        operation,
        input.required('KeyId'),
        dataKeyLength(input),
        contextOf(input, 'EncryptionContext'),
      );
      const answer = {
        CiphertextBlob: blob.toString('base64'),
        KeyId: key.arn,
        ...(operation === 'GenerateDataKey' && { Plaintext: plaintext.toString('base64') }),
      };
      plaintext.fill(0);
      return answer;
    };

  return {
    GenerateDataKey: dataKey('GenerateDataKey'),
    GenerateDataKeyWithoutPlaintext: dataKey('GenerateDataKeyWithoutPlaintext'),

    Encrypt: (input, call) => {
      const plaintext = input.requiredBlob('Plaintext');
      if (plaintext.length < 1 || plaintext.length > 4096) {
        throw validation('Plaintext must be between 1 and 4096 bytes');
      }
      const context = contextOf(input, 'EncryptionContext');
      const { key, blob } = keys.encrypt(call, input.required('KeyId'), plaintext, context);
      plaintext.fill(0);
      return { CiphertextBlob: blob.toString('base64'), KeyId: key.arn, ...algorithm };
    },

    Decrypt: (input, call) => {
      const { key, plaintext } = keys.decrypt(
        call,
        input.requiredBlob('CiphertextBlob'),
        contextOf(input, 'EncryptionContext'),
        input.text('KeyId'),
      );
      const answer = { Plaintext: plaintext.toString('base64'), KeyId: key.arn, ...algorithm };
      plaintext.fill(0);
      return answer;
    },

    ReEncrypt: (input, call) => {
      const source = keys.decrypt(
        call,
        input.requiredBlob('CiphertextBlob'),
        contextOf(input, 'SourceEncryptionContext'),
        input.text('SourceKeyId'),
        'ReEncryptFrom',
      );
      const { key, blob } = keys.encrypt(
        call,
        input.required('DestinationKeyId'),
        source.plaintext,
        contextOf(input, 'DestinationEncryptionContext'),
        'ReEncryptTo',
      );
      source.plaintext.fill(0);
      return {
        CiphertextBlob: blob.toString('base64'),
        SourceKeyId: source.key.arn,
        KeyId: key.arn,
      };
    },
  };
}

const algorithm = { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };

function dataKeyLength(input: JsonInput): number {
  const spec = input.text('KeySpec');
  const bytes = input.integer('NumberOfBytes');
  if ((spec === undefined) === (bytes === undefined)) {
    throw validation('Please specify either number of bytes or key spec.');
  }
  if (spec === 'AES_256') return 32;
  if (spec === 'AES_128') return 16;
  if (bytes === undefined || bytes < 1 || bytes > 1024) {
    throw validation('KeySpec must be AES_256 or AES_128, NumberOfBytes between 1 and 1024');
  }
  return bytes;
}

function contextOf(input: JsonInput, name: string): Record<string, string> {
  const context = input.map(name);
  if (Buffer.byteLength(JSON.stringify(context)) > 8192) {
    throw validation(`${name} is larger than 8192 bytes`);
  }
  return context;
}
