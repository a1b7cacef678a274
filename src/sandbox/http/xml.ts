import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { ServiceFailure } from '../contract.js';

/** What an element may hold: text, nothing, several elements of one name, or named children. */
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
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;
}

function body(value: XmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return escapeXml(String(value));
  if (isList(value)) return value.map(body).join('');
  return Object.entries(value)
    .map(([name, child]) => element(name, child))
    .join('');
}

const isList = (value: XmlValue): value is readonly XmlValue[] => Array.isArray(value);

/** Also writes characters XML 1.0 does not allow as references, as S3 does for strange keys. */
export function escapeXml(text: string): string {
  // eslint-disable-next-line no-control-regex -- those are the characters in question
  return text.replace(/[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, (character) => {
    if (character === '&') return '&amp;';
    if (character === '<') return '&lt;';
    if (character === '>') return '&gt;';
    if (character === '"') return '&quot;';
    return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}

/** A parsed element: text, or children by name, each a list in document order. */
export type XmlElement = string | { readonly [name: string]: readonly XmlElement[] };

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  htmlEntities: true,
  isArray: () => true,
});

/**
 * Parses a request body whose root must be `root`.
 * @throws ServiceFailure `MalformedXML`
 */
export function parseXml(text: string, root: string): XmlElement {
  const malformed = () =>
    new ServiceFailure(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  // No AWS request has a document type; with one come entity bombs.
  if (text.includes('<!DOCTYPE') || XMLValidator.validate(text) !== true) throw malformed();
  let parsed: unknown;
  try {
    parsed = parser.parse(text);
  } catch {
    throw malformed();
  }
  const found = (parsed as Record<string, XmlElement[] | undefined>)[root]?.[0];
  if (found === undefined) throw malformed();
  return found;
}

/** Children of that name, in order. */
export function children(parent: XmlElement, name: string): readonly XmlElement[] {
  return typeof parent === 'object' && Object.hasOwn(parent, name) ? (parent[name] ?? []) : [];
}

/** Text of the first child of that name. */
export function childText(parent: XmlElement, name: string): string | undefined {
  const child = children(parent, name)[0];
  if (child === undefined) return undefined;
  if (typeof child === 'string') return child;
  // Beside child elements the parser keeps text as one string.
  const text: unknown = child['#text'];
  return typeof text === 'string' ? text : '';
}
