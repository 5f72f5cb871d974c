import { SaxesParser } from 'saxes';
import { UnconvertibleDocumentError } from '../converter.ts';

/** An element, by its name without the prefix: producers choose their prefixes freely. */
export interface XmlElement {
  readonly name: string;
  /** Undefined where the file does not declare it. */
  readonly namespace: string | undefined;
  /** By their names; those of a namespace with the prefix that this project knows it by, such as `r:id`, or with the namespace itself. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** The text directly inside, all pieces joined. */
  text: string;
}

export interface XmlHandler {
  open?(name: string, attributes: Readonly<Record<string, string>>, namespace: string | undefined): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** Decoded and parsed at a time, so that a large part never becomes one large string. */
const CHUNK_BYTES = 65_536;

/** Namespaces of attributes by what they are called here, those of the transitional and the strict form (ECMA-376, part 1, annex A; part 4). */
const NAMESPACES: Readonly<Record<string, string>> = {
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships': 'r:',
  'http://purl.oclc.org/ooxml/officeDocument/relationships': 'r:',
  'http://schemas.openxmlformats.org/wordprocessingml/2006/main': 'w:',
  'http://purl.oclc.org/ooxml/wordprocessingml/main': 'w:',
  'http://schemas.openxmlformats.org/officeDocument/2006/math': 'm:',
  'http://purl.oclc.org/ooxml/officeDocument/math': 'm:',
};
const DECLARATION = 'xmlns:';
/** The namespace of what has no prefix. */
const DEFAULT = 'xmlns';

/** Far beyond what Excel (32,767 characters a cell) and PowerPoint write in one run. */
const LONGEST_TEXT = 1_000_000;

/**
 * Reads XML from its start to its end without keeping any of it. Entities of the document's own are never expanded, and nothing
 * that it refers to is loaded.
 *
 * @throws UnconvertibleDocumentError `corrupt` when it is not well formed, `too-large` for an endless run of text
 */
export function scanXml(bytes: Uint8Array, handler: XmlHandler): void {
  const parser = new SaxesParser();
  // Its own message quotes the document.
  parser.on('error', () => {
    const message = `A part of the document is no well-formed XML, at its line ${parser.line}.`;
    throw new UnconvertibleDocumentError('corrupt', message);
  });
  const scopes: ReadonlyMap<string, string>[] = [new Map()];
  let prefixed = false;
  parser.on('attribute', ({ name }) => {
    prefixed ||= name.includes(':') || name === DEFAULT;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const outer = scopes.at(-1) as ReadonlyMap<string, string>;
    const scope = prefixed ? scopeOf(attributes, outer) : outer;
    scopes.push(scope);
    const namespace = scope.get(name.slice(0, Math.max(0, name.indexOf(':'))));
    handler.open?.(localName(name), prefixed ? withKnownPrefixes(attributes, scope) : attributes, namespace);
    prefixed = false;
  });
  parser.on('closetag', ({ name }) => {
    scopes.pop();
    handler.close?.(localName(name));
  });
  const onText = (text: string) => {
    if (text.length > LONGEST_TEXT) {
      const message = `A text of the document has more than ${LONGEST_TEXT} characters without a break.`;
      throw new UnconvertibleDocumentError('too-large', message);
    }
    handler.text?.(text);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  const decoder = new TextDecoder(encodingOf(bytes));
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    parser.write(decoder.decode(bytes.subarray(start, start + CHUNK_BYTES), { stream: true }));
  }
  parser.write(decoder.decode()).close();
}

/**
 * Reads XML into a tree; for parts that are small by their nature.
 *
 * @throws as {@link scanXml}
 */
export function parseXml(bytes: Uint8Array): XmlElement {
  const root: XmlElement = { name: '', namespace: undefined, attributes: {}, children: [], text: '' };
  const open = [root];
  scanXml(bytes, {
    open(name, attributes, namespace) {
      const element: XmlElement = { name, namespace, attributes, children: [], text: '' };
      open.at(-1)?.children.push(element);
      open.push(element);
    },
    text(text) {
      const element = open.at(-1);
      if (element) element.text += text;
    },
    close() {
      open.pop();
    },
  });
  return root.children[0] ?? root;
}

/** The first child of that name, or what a path of names leads to. */
export function childOf(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  let found = element;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found;
}

export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** Every element of that name below an element, in the document's order. */
export function descendantsOf(element: XmlElement, name: string): XmlElement[] {
  const found: XmlElement[] = [];
  const pending = [...element.children].reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.name === name) found.push(next);
    for (let i = next.children.length - 1; i >= 0; i--) pending.push(next.children[i] as XmlElement);
  }
  return found;
}

/** The namespaces by their prefixes inside an element. */
function scopeOf(
  attributes: Readonly<Record<string, string>>,
  outer: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  let scope: Map<string, string> | undefined;
  for (const name in attributes) {
    const declared = name === DEFAULT ? '' : name.startsWith(DECLARATION) ? name.slice(DECLARATION.length) : undefined;
    if (declared === undefined) continue;
    scope ??= new Map(outer);
    scope.set(declared, attributes[name] as string);
  }
  return scope ?? outer;
}

/** Whatever prefixes the file has chosen. One that it does not declare stays: Excel would repair the file. */
function withKnownPrefixes(
  attributes: Readonly<Record<string, string>>,
  scope: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  let renamed: Record<string, string> | undefined;
  for (const name in attributes) {
    const colon = name.indexOf(':');
    const namespace = colon > 0 ? scope.get(name.slice(0, colon)) : undefined;
    if (namespace === undefined) continue;
    renamed ??= { ...attributes };
    delete renamed[name];
    renamed[`${NAMESPACES[namespace] ?? `{${namespace}}`}${name.slice(colon + 1)}`] = attributes[name] as string;
  }
  return renamed ?? attributes;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Office writes UTF-8; UTF-16 is allowed and marked (ECMA-376, part 2, 8.1.1). */
function encodingOf([a, b]: Uint8Array): string {
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
}
