/**
 * Reads the XML documents that S3 requests carry: elements, text, comments and CDATA. There are no
 * document types in them, so none is read, and with them go entity bombs and external files.
 */
import { ServiceFailure } from '../contract.js';

export interface XmlElement {
  /** Local name, without its prefix. */
  readonly name: string;
  /** Text directly inside, entities resolved. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const maxDepth = 32;

interface OpenElement {
  readonly name: string;
  readonly qualified: string;
  text: string;
  readonly children: XmlElement[];
}

const malformed = () =>
  new ServiceFailure(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

const qualifiedName = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?';
// Sticky: each is tried at one place only, so no input makes them search.
const openTag = new RegExp(
  `<(${qualifiedName})((?:\\s+${qualifiedName}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`,
  'y',
);
const closeTag = new RegExp(`</(${qualifiedName})\\s*>`, 'y');
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/**
 * The root element of a document.
 * @throws ServiceFailure `MalformedXML` when it is not well-formed or its root has another name
 */
export function parseXml(text: string, root: string): XmlElement {
  const document = new Parser(text).parse();
  if (document.name !== root) throw malformed();
  return document;
}

class Parser {
  #at = 0;
  readonly #stack: OpenElement[] = [];
  #root: XmlElement | undefined;

  constructor(private readonly text: string) {}

  parse(): XmlElement {
    const { text } = this;
    if (text.startsWith('\ufeff')) this.#at = 1;
    while (this.#at < text.length) {
      const markup = text.indexOf('<', this.#at);
      const end = markup < 0 ? text.length : markup;
      if (end > this.#at) this.#takeText(text.slice(this.#at, end));
      this.#at = end;
      if (markup >= 0) this.#takeMarkup();
    }
    if (this.#root === undefined || this.#stack.length > 0) throw malformed();
    return this.#root;
  }

  #takeText(raw: string): void {
    const open = this.#stack.at(-1);
    if (open !== undefined) open.text += decodeEntities(raw);
    else if (raw.trim() !== '') throw malformed();
  }

  #takeMarkup(): void {
    const { text } = this;
    if (text.startsWith('<!--', this.#at)) {
      this.#skipTo('-->');
    } else if (text.startsWith('<?', this.#at)) {
      this.#skipTo('?>');
    } else if (text.startsWith('<![CDATA[', this.#at)) {
      const from = this.#at + '<![CDATA['.length;
      const open = this.#stack.at(-1);
      if (open === undefined) throw malformed();
      this.#skipTo(']]>');
      open.text += text.slice(from, this.#at - ']]>'.length);
    } else if (text.startsWith('</', this.#at)) {
      this.#close();
    } else {
      this.#open();
    }
  }

  #skipTo(terminator: string): void {
    const end = this.text.indexOf(terminator, this.#at);
    if (end < 0) throw malformed();
    this.#at = end + terminator.length;
  }

  #open(): void {
    openTag.lastIndex = this.#at;
    const [whole, qualified, , empty] = openTag.exec(this.text) ?? [];
    if (whole === undefined || qualified === undefined) throw malformed();
    if (this.#root !== undefined || this.#stack.length >= maxDepth) throw malformed();
    this.#at += whole.length;
    const local = qualified.slice(qualified.indexOf(':') + 1);
    this.#stack.push({ name: local, qualified, text: '', children: [] });
    if (empty === '/') this.#finish();
  }

  #close(): void {
    closeTag.lastIndex = this.#at;
    const [whole, qualified] = closeTag.exec(this.text) ?? [];
    if (whole === undefined || this.#stack.at(-1)?.qualified !== qualified) throw malformed();
    this.#at += whole.length;
    this.#finish();
  }

  #finish(): void {
    const done = this.#stack.pop();
    if (done === undefined) throw malformed();
    const parent = this.#stack.at(-1);
    const { name: local, text, children } = done;
    const element = { name: local, text, children };
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
  }
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]{0,10});?/g, (reference, body: string) => {
    const known = Object.hasOwn(entities, body) ? entities[body] : undefined;
    const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(body) ?? [];
    const code = hex !== undefined ? parseInt(hex, 16) : Number(decimal ?? NaN);
    if (!reference.endsWith(';')) throw malformed();
    if (known !== undefined) return known;
    if (!(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) throw malformed();
    return String.fromCodePoint(code);
  });
}

/** Children of that name, in order. */
export function children(parent: XmlElement | undefined, name: string): XmlElement[] {
  return parent?.children.filter((child) => child.name === name) ?? [];
}

/** The first child of that name. */
export function child(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((candidate) => candidate.name === name);
}

/** Text of the first child of that name. */
export const childText = (parent: XmlElement | undefined, name: string): string | undefined =>
  child(parent, name)?.text;
