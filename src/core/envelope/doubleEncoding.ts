/** One RFC 2047 encoded word, with the white space that only separates it from a following one. */
const encodedWord = /=\?utf-8\?([bq])\?([^?\s]*)\?=(?:\s+(?==\?utf-8\?[bq]\?[^?\s]*\?=))?/gi;

/**
 * Undoes what S3 does to a non-ASCII metadata value: it takes the UTF-8 bytes for Latin-1, encodes
 * them as UTF-8 once more and returns RFC 2047 encoded words (AWS's S3 encryption specification,
 * "double encoding"). The same second step also repairs a value that an HTTP client has handed over
 * as Latin-1. ASCII values come back unchanged.
 */
export function undoDoubleEncoding(value: string): string {
  const words = value.replace(encodedWord, (_, encoding: string, text: string) =>
    encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString('utf8') : decodeQ(text),
  );
  return words.replace(/[\u0080-\u00ff]+/g, (run) => utf8OrUnchanged(run));
}

/** RFC 2047 section 4.2: `_` is a space, `=XX` a byte. */
function decodeQ(text: string): string {
  const latin1 = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

function utf8OrUnchanged(run: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(run, 'latin1'));
  } catch {
    return run;
  }
}
