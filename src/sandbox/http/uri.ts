/** Percent-encodes as SigV4 does: everything but letters, digits and `-._~`, in UTF-8. */
export function uriEncode(text: string, keepSlash = false): string {
  const encoded = encodeURIComponent(toWellFormed(text)).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlash ? encoded.replaceAll('%2F', '/') : encoded;
}

/** Undoes percent-encoding; undefined when the text is not UTF-8 in well-formed escapes. */
export function uriDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Lone surrogates cannot be encoded; they become U+FFFD. */
function toWellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/** A query string's parameters in their order; undefined when an escape in it is malformed. */
export function parseQuery(rawQuery: string): QueryParameter[] | undefined {
  const parameters: QueryParameter[] = [];
  for (const pair of rawQuery.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = uriDecode((at < 0 ? pair : pair.slice(0, at)).replaceAll('+', '%20'));
    const value = uriDecode(at < 0 ? '' : pair.slice(at + 1).replaceAll('+', '%20'));
    if (name === undefined || value === undefined) return undefined;
    parameters.push({ name, value });
  }
  return parameters;
}
