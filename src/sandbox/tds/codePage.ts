/** Windows code page 1252, which the collation sent at login (SQL_Latin1_General_CP1_CI_AS) uses. */
const decoder = new TextDecoder('windows-1252');
const question = 0x3f;

const byteOf = new Map<string, number>();
for (let byte = 0x80; byte < 0x100; byte++) byteOf.set(decode1252(Buffer.from([byte])), byte);

export function decode1252(bytes: Buffer): string {
  return decoder.decode(bytes);
}

/** Characters that the code page lacks become `?`, as SQL Server does. */
export function encode1252(text: string): Buffer {
  const characters = Array.from(text);
  const bytes = Buffer.alloc(characters.length);
  characters.forEach((character, at) => {
    const code = character.codePointAt(0) ?? question;
    bytes[at] = code < 0x80 ? code : (byteOf.get(character) ?? question);
  });
  return bytes;
}
