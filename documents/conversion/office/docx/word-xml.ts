import type { XmlElement } from '../xml.ts';

/** WordprocessingML (ECMA-376, part 1, 17), read and written. */
export const W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';

/** Namespaces by the prefixes that they are written with, in both forms of the standard. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  [W, 'w'],
  ['http://purl.oclc.org/ooxml/wordprocessingml/main', 'w'],
]);

/** An element of WordprocessingML. */
export function word(
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly XmlElement[]
): XmlElement {
  return { name, namespace: W, attributes, children: [...children], text: '' };
}

/** A run of text in a style that the conversion's own map names. */
export function styledRun(style: string, text: string): XmlElement {
  return word('r', {}, word('rPr', {}, word('rStyle', { 'w:val': style })), textElement(text));
}

export function textElement(text: string): XmlElement {
  return { ...word('t', { 'xml:space': 'preserve' }), text };
}

/** A paragraph of plain text; of several lines with breaks between them. */
export function plainParagraph(text: string, style?: string): XmlElement {
  const lines = text.split('\n').flatMap((line, i) => [...(i > 0 ? [word('br', {})] : []), textElement(line)]);
  const properties = style === undefined ? [] : [word('pPr', {}, word('pStyle', { 'w:val': style }))];
  return word('p', {}, ...properties, word('r', {}, ...lines));
}

/** Whether a property that is there is on (ECMA-376, part 1, 17.17.4). */
export function isOn(property: XmlElement | undefined): boolean {
  return property !== undefined && !/^(?:0|false|off|none)$/.test(property.attributes['w:val'] ?? '1');
}

export function hasText(element: XmlElement): boolean {
  return lengthOfText(element) > 0;
}

export function lengthOfText(element: XmlElement): number {
  return wordTextIn(element).trim().length;
}

/** Of formulas and deleted text as well. */
export function wordTextIn(element: XmlElement | undefined): string {
  if (element === undefined) return '';
  const own = element.name === 't' || element.name === 'delText' ? element.text : '';
  return own + element.children.map(wordTextIn).join('');
}

/** Writes a tree as XML. */
export function toXml(root: XmlElement): string {
  const prefixes = new Map(PREFIXES);
  const pieces: string[] = [];
  writeElement(root, prefixes, pieces);
  const declared = new Set<string>();
  const declarations = [...prefixes].flatMap(([namespace, prefix]) => {
    if (declared.has(prefix)) return [];
    declared.add(prefix);
    return [` xmlns:${prefix}="${escaped(namespace)}"`];
  });
  // The root's tag ends where its name does: pieces[1] is the rest.
  return `${pieces[0]}${declarations.join('')}${pieces.slice(1).join('')}`;
}

function writeElement(element: XmlElement, prefixes: Map<string, string>, pieces: string[]): void {
  const { name, namespace, attributes, children, text } = element;
  const qualified = namespace ? `${prefixOf(namespace, prefixes)}:${name}` : name;
  pieces.push(`<${qualified}`);
  for (const attribute in attributes) {
    const written = attributeName(attribute, prefixes);
    if (written !== undefined) pieces.push(` ${written}="${escaped(attributes[attribute] as string)}"`);
  }
  pieces.push('>', escaped(text));
  for (const child of children) writeElement(child, prefixes, pieces);
  pieces.push(`</${qualified}>`);
}

/** The names as `xml.ts` gives them: `w:val`, `{namespace}name` or `name`. */
function attributeName(name: string, prefixes: Map<string, string>): string | undefined {
  if (/^xmlns(?::|$)/.test(name)) return undefined;
  const [, namespace, local] = name.match(/^\{([^}]*)\}(.*)$/) ?? [];
  if (namespace !== undefined && local !== undefined) return `${prefixOf(namespace, prefixes)}:${local}`;
  const known: Readonly<Record<string, string>> = {
    w: W,
    r: 'http://schemas.openxmlformats.org/officeDocument/2006/relationships',
    m: 'http://schemas.openxmlformats.org/officeDocument/2006/math',
  };
  const prefix = name.slice(0, Math.max(0, name.indexOf(':')));
  if (prefix === '' || prefix === 'xml') return name;
  return known[prefix] === undefined
    ? undefined
    : `${prefixOf(known[prefix], prefixes)}:${name.slice(prefix.length + 1)}`;
}

function prefixOf(namespace: string, prefixes: Map<string, string>): string {
  const known = prefixes.get(namespace);
  if (known !== undefined) return known;
  const prefix = `n${prefixes.size}`;
  prefixes.set(namespace, prefix);
  return prefix;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] as string) : text;
}
