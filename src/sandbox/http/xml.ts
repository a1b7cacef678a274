/**
 * What an element may hold: text, nothing, several elements of one name, or named children. Names that
 * begin with @ are attributes.
 */
export type XmlValue =
  | string
  | number
  | boolean
  | Date
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A whole document. `namespace` becomes the root's xmlns. */
export function xmlDocument(root: string, content: XmlValue, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `${declaration}<${root}${attribute}>${body(content)}</${root}>`;
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map((item) => element(name, item)).join('');
  const inner = body(value);
  const start = name + attributes(value);
  return inner === '' ? `<${start}/>` : `<${start}>${inner}</${name}>`;
}

function attributes(value: XmlValue): string {
  if (typeof value !== 'object' || value instanceof Date || isList(value)) return '';
  return Object.entries(value)
    .filter(([name]) => name.startsWith('@'))
    .map(([name, text]) => ` ${name.slice(1)}="${body(text)}"`)
    .join('');
}

function body(value: XmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return escapeXml(String(value));
  if (isList(value)) return value.map(body).join('');
  return Object.entries(value)
    .filter(([name]) => !name.startsWith('@'))
    .map(([name, child]) => element(name, child))
    .join('');
}

const isList = (value: XmlValue): value is readonly XmlValue[] => Array.isArray(value);

/** Also writes characters XML 1.0 does not allow as references, as S3 does for strange keys. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, (character) => {
    if (character === '&') return '&amp;';
    if (character === '<') return '&lt;';
    if (character === '>') return '&gt;';
    if (character === '"') return '&quot;';
    return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}
