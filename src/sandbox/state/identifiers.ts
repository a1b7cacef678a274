import { randomBytes, randomInt } from 'node:crypto';

/** RFC 4648. */
export const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function pick(alphabet: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet.charAt(randomInt(alphabet.length));
  return text;
}

/** Random base-32 text, 5 bits a character. */
export const base32Text = (length: number) => pick(base32, length);

/** An IAM-style id: a four-letter prefix (`AKIA`, `AROA`, `ASIA`…) and 16 base-32 characters. */
export const iamId = (prefix: string) => prefix + base32Text(16);

export const accountId = () => pick('123456789', 1) + pick('0123456789', 11);

/** 40 characters, as long as AWS's own. */
export const secretAccessKey = () => randomBytes(30).toString('base64');

/** An EC2-style id such as `sg-0123456789abcdef0`. */
export const ec2Id = (prefix: string) => `${prefix}-0${randomBytes(8).toString('hex')}`;

/** Lower-case letters and digits, for names that must be unique. */
export const suffix = (length: number) => pick('abcdefghijklmnopqrstuvwxyz0123456789', length);

/** A password with all four classes of characters and none that SQL Server's tools must quote. */
export const password = () =>
  pick('ABCDEFGHJKLMNPQRSTUVWXYZ', 1) +
  pick('abcdefghijkmnopqrstuvwxyz', 1) +
  pick('23456789', 1) +
  '-' +
  pick('ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789', 20);
