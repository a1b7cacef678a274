import { blockBytes, contentCipher, header } from '../../../src/core/envelope/format.js';
import { flipBit } from '../tampering/changes.js';

/** An object as it lies in S3, and its instruction file if it has one. */
export interface StoredObject {
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly instruction?: Readonly<Record<string, string>> | undefined;
}

export interface Tampering {
  readonly name: string;
  readonly object: StoredObject;
}

const base64Headers: readonly string[] = [
  ...[header.keyV1, header.keyV2, header.iv],
  ...[header.keyV3, header.commitmentV3, header.messageIdV3],
];
const otherValues: Readonly<Record<string, readonly string[]>> = {
  [header.cipher]: [contentCipher.cbc, contentCipher.gcm],
  [header.wrapAlgorithm]: ['kms', 'kms+context', 'AES/GCM'],
  [header.tagLength]: ['96'],
  [header.suiteV3]: ['114'],
  [header.wrapV3]: ['02'],
};
const jsonHeaders: readonly string[] = [header.materialDescription, header.encryptionContextV3];
const keyHeaders = [header.keyV1, header.keyV2, header.keyV3] as const;
/** What no reader needs and nothing protects. */
const bystanders: readonly string[] = [header.plaintextLength, header.instructionFileMarker];

/** The object itself and every way of tampering with it, one at a time. */
export function tamperings(object: StoredObject): Tampering[] {
  return [
    { name: 'nothing', object },
    ...bodies(object),
    ...headers(object.metadata, 'header').map(({ name, headers: metadata }) => ({
      name,
      object: { ...object, metadata },
    })),
    ...headers(object.instruction ?? {}, 'in file').map(({ name, headers: instruction }) => ({
      name,
      object: { ...object, instruction },
    })),
  ];
}

function bodies(object: StoredObject): Tampering[] {
  const { body } = object;
  const made: [string, Buffer][] = [
    ['first bit of the body', flipBit(body, 0)],
    ['a bit in the middle of the body', flipBit(body, body.length * 4)],
    ['last bit of the body', flipBit(body, body.length * 8 - 1)],
    ['last block cut off', body.subarray(0, body.length - blockBytes)],
    ['last byte cut off', body.subarray(0, body.length - 1)],
    ['a block added', Buffer.concat([body, Buffer.alloc(blockBytes)])],
  ];
  return made.map(([name, other]) => ({ name, object: { ...object, body: other } }));
}

type Headers = Readonly<Record<string, string>>;

function headers(given: Headers, place: string): { name: string; headers: Headers }[] {
  const made: { name: string; headers: Headers }[] = [];
  const make = (what: string, changed: Headers) => {
    made.push({ name: `${place} ${what}`, headers: changed });
  };
  for (const [name, value] of Object.entries(given)) {
    if (bystanders.includes(name)) continue;
    make(`${name} removed`, without(given, name));
    make(`${name} doubled`, { ...given, [name]: `${value},${value}` });
    if (base64Headers.includes(name)) {
      const bytes = Buffer.from(value, 'base64');
      const flipped = flipBit(bytes, bytes.length * 4).toString('base64');
      make(`${name}, one bit`, { ...given, [name]: flipped });
    }
    if (jsonHeaders.includes(name)) {
      const map = JSON.parse(value) as Record<string, string>;
      const others = Object.keys(map).map((entry): [string, string] => [entry, 'other']);
      make(`${name}, an entry more`, { ...given, [name]: JSON.stringify({ ...map, more: 'x' }) });
      if (others.length > 0) {
        make(`${name}, empty`, { ...given, [name]: '{}' });
        const other = JSON.stringify(Object.fromEntries(others));
        make(`${name}, other values`, { ...given, [name]: other });
      }
    }
    for (const other of otherValues[name] ?? []) {
      if (other !== value) make(`${name} says ${other}`, { ...given, [name]: other });
    }
  }
  const own = keyHeaders.find((name) => given[name] !== undefined);
  if (own === undefined) return made;
  for (const name of keyHeaders.filter((other) => other !== own)) {
    const key = given[own] ?? '';
    make(`${name} beside ${own}`, { ...given, [name]: key });
    make(`${own} renamed ${name}`, { ...without(given, own), [name]: key });
  }
  if (own !== header.keyV3) {
    make(`${header.suiteV3} beside ${own}`, { ...given, [header.suiteV3]: '115' });
  }
  return made;
}

function without(given: Headers, name: string): Headers {
  return Object.fromEntries(Object.entries(given).filter(([other]) => other !== name));
}
