import { UnconvertibleDocumentError } from '../converter.ts';
import { type DocumentProperties, documentProperties } from '../document-properties.ts';
import { childOf, parseXml, type XmlElement } from './xml.ts';
import { openZipArchive, type ZipArchive } from './zip-archive.ts';

/** A document of the Office formats: parts that refer to each other by relationships (ECMA-376, part 2). */
export interface OfficePackage {
  has(part: string): boolean;
  /** @throws UnconvertibleDocumentError as the archive, when the part is missing or damaged */
  read(part: string): Uint8Array;
  /** The parts that a part refers to, by the ids of the relationships; what lies outside of the package is left out. */
  relationshipsOf(part: string): ReadonlyMap<string, Relationship>;
  /** The addresses outside of the package that a part refers to, by the ids of the relationships. */
  linksOf(part: string): ReadonlyMap<string, string>;
}

export interface Relationship {
  /** The last word of its type, such as `slide` or `sharedStrings`. */
  readonly type: string;
  /** Name of the part that it leads to. */
  readonly target: string;
}

/** @throws UnconvertibleDocumentError `corrupt` when the bytes are no complete archive */
export function openOfficePackage(bytes: Uint8Array, maxInflatedBytes: number): OfficePackage {
  const archive = openZipArchive(bytes, maxInflatedBytes);
  const known = new Map<string, References>();
  const referencesOf = (part: string) => {
    const references = known.get(part) ?? readReferences(archive, part);
    known.set(part, references);
    return references;
  };
  return {
    has: (part) => archive.has(part),
    read: (part) => archive.read(part),
    relationshipsOf: (part) => referencesOf(part).relationships,
    linksOf: (part) => referencesOf(part).links,
  };
}

interface References {
  readonly relationships: ReadonlyMap<string, Relationship>;
  readonly links: ReadonlyMap<string, string>;
}

function readReferences(archive: ZipArchive, part: string): References {
  const relationships = new Map<string, Relationship>();
  const links = new Map<string, string>();
  const [, folder = '', file = ''] = part.match(/^(.*\/)?([^/]*)$/) ?? [];
  const name = `${folder}_rels/${file}.rels`;
  if (!archive.has(name)) return { relationships, links };
  for (const { attributes } of parseXml(archive.read(name)).children) {
    const { Id, Type = '', Target, TargetMode } = attributes;
    if (Id === undefined || Target === undefined) continue;
    if (TargetMode === 'External') {
      links.set(Id, Target);
      continue;
    }
    const target = resolvedPart(folder, Target);
    if (target !== undefined) relationships.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), target });
  }
  return { relationships, links };
}

/**
 * The part that the package is about.
 *
 * @throws UnconvertibleDocumentError `corrupt` when the package names none
 */
export function mainPartOf(office: OfficePackage): string {
  const main = relatedPart(office, '', 'officeDocument');
  if (main === undefined) throw new UnconvertibleDocumentError('corrupt', 'The document lacks its main part.');
  return main;
}

/** The first part that a part refers to by a relationship of that type. */
export function relatedPart(office: OfficePackage, part: string, type: string): string | undefined {
  for (const relationship of office.relationshipsOf(part).values()) {
    if (relationship.type === type && office.has(relationship.target)) return relationship.target;
  }
  return undefined;
}

/** Title, author and language (ECMA-376, part 2, 11: core properties). They are not worth failing for. */
export function corePropertiesOf(office: Pick<OfficePackage, 'has' | 'read'>): DocumentProperties {
  const part = 'docProps/core.xml';
  if (!office.has(part)) return {};
  let core: XmlElement;
  try {
    core = parseXml(office.read(part));
  } catch {
    return {};
  }
  const [title, author, language] = ['title', 'creator', 'language'].map((name) => childOf(core, name)?.text);
  return documentProperties({ title, author, language });
}

/**
 * A target is relative to the folder of the part that it stands in, unless it begins with a slash. One that is no URL leads nowhere,
 * which matters only where it is followed.
 */
export function resolvedPart(folder: string, target: string): string | undefined {
  try {
    return decodeURI(new URL(target, `package:///${folder}`).pathname).slice(1);
  } catch {
    return undefined;
  }
}
