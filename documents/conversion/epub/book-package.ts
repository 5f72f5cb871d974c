import { UnconvertibleDocumentError } from '../converter.ts';
import { type DocumentProperties, documentProperties } from '../document-properties.ts';
import { childOf, childrenOf, descendantsOf, parseXml, type XmlElement } from '../office/xml.ts';
import type { ZipArchive } from '../office/zip-archive.ts';

interface BookPackage {
  readonly properties: DocumentProperties;
  /** In the order of reading, each once; what its author has put beside that order comes last. */
  readonly chapters: readonly Chapter[];
}

export interface Chapter {
  /** Name of its part, or what it is called by where that is not known. */
  readonly part: string;
  /** Whether it is text; a drawing can be a chapter as well. */
  readonly isPage: boolean;
}

interface Item {
  readonly part: string;
  readonly type: string;
  /** The id of what stands in for it where it cannot be shown. */
  readonly fallback: string | undefined;
}

export const CONTAINER = 'META-INF/container.xml';
const ENCRYPTION = 'META-INF/encryption.xml';
/** Fonts are made unusable outside of the book by these, which protects nothing else (EPUB 3.3, 4.3; Adobe's own). */
const FOR_FONTS = /^(?:http:\/\/www\.idpf\.org\/2008\/embedding|http:\/\/ns\.adobe\.com\/pdf\/enc#RC)$/;
const PAGE = /^(?:application\/xhtml\+xml|text\/html|text\/x-oeb1-document)$/i;

/**
 * What a book's package document says of it (EPUB 3.3, 5).
 *
 * @throws UnconvertibleDocumentError `corrupt` where it has none, `encrypted` where a chapter is
 */
export function readBookPackage(archive: ZipArchive): BookPackage {
  const path = descendantsOf(parseXml(archive.read(CONTAINER)), 'rootfile')[0]?.attributes['full-path'] ?? '';
  const root = archive.has(path) ? path : partAt('', path);
  if (!archive.has(root)) {
    throw new UnconvertibleDocumentError('corrupt', 'The book lacks its package document.');
  }
  const packageDocument = parseXml(archive.read(root));
  const items = itemsOf(packageDocument, root);
  const references = childrenOf(childOf(packageDocument, 'spine'), 'itemref');
  const isAside = ({ attributes }: XmlElement) => attributes.linear === 'no';
  const chapters = new Map<string, Chapter>();
  for (const { attributes } of [...references.filter((each) => !isAside(each)), ...references.filter(isAside)]) {
    const { idref = '' } = attributes;
    const { part, type } = shownItem(items, idref) ?? { part: idref, type: 'none' };
    chapters.set(part, { part, isPage: PAGE.test(type) });
  }
  requireReadable(archive, chapters);
  return { properties: propertiesOf(packageDocument), chapters: [...chapters.values()] };
}

function itemsOf(packageDocument: XmlElement, root: string): Map<string, Item> {
  const folder = root.slice(0, root.lastIndexOf('/') + 1);
  const items = new Map<string, Item>();
  for (const { attributes } of childrenOf(childOf(packageDocument, 'manifest'), 'item')) {
    const { id, href = '', 'media-type': type = '', fallback } = attributes;
    const [mediaType = ''] = type.split(';', 1);
    if (id !== undefined) items.set(id, { part: partAt(folder, href), type: mediaType.trim(), fallback });
  }
  return items;
}

/** The part that an address names, from a folder; what is no address, as of a stray percent sign, is the name itself. */
function partAt(folder: string, address: string): string {
  try {
    return decodeURIComponent(new URL(address, `package:///${folder}`).pathname).slice(1);
  } catch {
    return folder + address;
  }
}

/** The item, or the first page that stands in for it. */
function shownItem(items: ReadonlyMap<string, Item>, id: string): Item | undefined {
  const seen = new Set<Item>();
  for (let item = items.get(id); item && !seen.has(item); item = items.get(item.fallback ?? '')) {
    if (PAGE.test(item.type)) return item;
    seen.add(item);
  }
  return items.get(id);
}

function propertiesOf(packageDocument: XmlElement): DocumentProperties {
  const metadata = childOf(packageDocument, 'metadata');
  // Books of version 1 and 2 may have theirs one deeper.
  const within = childOf(metadata, 'dc-metadata') ?? metadata;
  const [title, author, language] = ['title', 'creator', 'language'].map((name) => {
    return within?.children.find((child) => child.name.toLowerCase() === name)?.text.replace(/\s+/g, ' ');
  });
  return documentProperties({ title, author, language });
}

function requireReadable(archive: ZipArchive, chapters: ReadonlyMap<string, Chapter>): void {
  if (!archive.has(ENCRYPTION)) return;
  for (const data of descendantsOf(parseXml(archive.read(ENCRYPTION)), 'EncryptedData')) {
    if (FOR_FONTS.test(childOf(data, 'EncryptionMethod')?.attributes.Algorithm ?? '')) continue;
    const parts = descendantsOf(data, 'CipherReference').map(({ attributes }) => partAt('', attributes.URI ?? ''));
    if (!parts.some((part) => chapters.has(part))) continue;
    throw new UnconvertibleDocumentError('encrypted', 'The book is encrypted: it is protected against copying (DRM).');
  }
}
