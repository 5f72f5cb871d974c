/** Kinds of document that are often uploaded and are not converted here, by what they are: "unknown" helps nobody. */

/** First bytes, in Latin-1. */
const SIGNATURES: readonly (readonly [signature: string, kind: string])[] = [
  ['{\\rtf', 'an RTF document'],
  ['%!PS', 'a PostScript document'],
  ['\x1f\x8b', 'a gzip archive'],
  ['BZh', 'a bzip2 archive'],
  ['\xfd7zXZ\0', 'an xz archive'],
  ['7z\xbc\xaf', 'a 7-Zip archive'],
  ['Rar!', 'a RAR archive'],
  ['ITSF', 'a help file (CHM)'],
  ['AT&TFORM', 'a DjVu document'],
];

/** Main parts of Office packages, as `[Content_Types].xml` names them, and of others the content of their part `mimetype`. */
const PACKAGES: readonly (readonly [content: RegExp, kind: string])[] = [
  [/ms-excel\.sheet\.binary/, 'an Excel workbook in binary form (XLSB)'],
  [/ms-visio\./, 'a Visio drawing'],
  [/ms-package\.xps|application\/oxps/, 'an XPS document'],
  [/opendocument\.text/, 'an OpenDocument text (ODT)'],
  [/opendocument\.spreadsheet/, 'an OpenDocument spreadsheet (ODS)'],
  [/opendocument\.presentation/, 'an OpenDocument presentation (ODP)'],
  [/opendocument\.graphics/, 'an OpenDocument drawing (ODG)'],
];

/** Streams of compound files (MS-CFB), by their names. */
const STREAMS: readonly (readonly [name: string, kind: string])[] = [
  ['__nameid_version1.0', 'an Outlook message (MSG)'],
  ['WordDocument', 'a Word document of the format before 2007'],
  ['PowerPoint Document', 'a PowerPoint presentation of the format before 2007'],
  ['Workbook', 'an Excel workbook of the format before 2007'],
];

export function kindOfBytes(head: string): string | undefined {
  return SIGNATURES.find(([signature]) => head.startsWith(signature))?.[1];
}

/** @param declared content types of a package, or the content of its part `mimetype` */
export function kindOfPackage(declared: string): string | undefined {
  return PACKAGES.find(([content]) => content.test(declared))?.[1];
}

export function kindOfCompoundFile(bytes: Buffer): string {
  return (
    STREAMS.find(([name]) => bytes.includes(name, 0, 'utf16le'))?.[1] ?? 'an Office document of the format before 2007'
  );
}

/**
 * What a text is the source of.
 *
 * @param text the beginning
 */
export function kindOfSource(text: string): string | undefined {
  if (/^\s*\d+ \d+ obj\b/m.test(text) && /^\s*(?:endobj|stream)\b/m.test(text))
    return 'a PDF whose header %PDF- is missing';
  if (/^\s*(?:<\?xml[^>]*>\s*)?<\?mso-application\s/.test(text)) return 'an Office document in the XML of 2003';
  if (/^\s*(?:<\?xml[^>]*>\s*)?<office:document\b/.test(text)) return 'an OpenDocument in one XML file';
  return undefined;
}
