/** Windows code page 1252, which the collation sent at login (SQL_Latin1_General_CP1_CI_AS) uses. */

/**
 * Bytes 80 to 9F, the only ones that are not Latin-1's. Written out, because TextDecoder takes the name
 * windows-1252 for Latin-1 in Node 20.
 */
const upperControls = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const question = 0x3f;

const byteOf = new Map(Array.from(upperControls, (character, at) => [character, 0x80 + at]));

export function decode1252(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (control) => upperControls[control.charCodeAt(0) - 0x80] ?? '');
}

/** Characters that the code page lacks become `?`, as SQL Server does. */
export function encode1252(text: string): Buffer {
  const characters = Array.from(text);
  const bytes = Buffer.alloc(characters.length);
  characters.forEach((character, at) => {
    const code = character.codePointAt(0) ?? question;
    const isLatin1 = code < 0x80 || (code >= 0xa0 && code <= 0xff);
    bytes[at] = isLatin1 ? code : (byteOf.get(character) ?? question);
  });
  return bytes;
}
