import { makeZip } from './make-zip.ts';

const CONTENT_TYPES = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
</Types>`;

const RELATIONSHIPS = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
</Relationships>`;

const NAMESPACES = [
  'w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"',
  'r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
  'm="http://schemas.openxmlformats.org/officeDocument/2006/math"',
  'w14="http://schemas.microsoft.com/office/word/2010/wordml"',
  'v="urn:schemas-microsoft-com:vml"',
]
  .map((declaration) => `xmlns:${declaration}`)
  .join(' ');

/** The parts of a Word document whose body is the given WordprocessingML. */
export function docxParts(body: string): Record<string, string> {
  return {
    '[Content_Types].xml': CONTENT_TYPES,
    '_rels/.rels': RELATIONSHIPS,
    'word/document.xml': `<?xml version="1.0"?>
<w:document ${NAMESPACES}><w:body>${body}</w:body></w:document>`,
  };
}

export function makeDocx(body: string): Uint8Array {
  return makeZip(docxParts(body));
}

export function paragraph(text: string): string {
  return `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
}

/** The content of a part beside the document: styles, comments, a header. */
export function wordPart(root: string, content: string): string {
  return `<w:${root} ${NAMESPACES}>${content}</w:${root}>`;
}

/** A document with parts beside it, each under the type of its relationship, which is its id too. */
export function makeDocxWith(
  body: string,
  related: Readonly<Record<string, readonly [part: string, content: string]>>,
): Uint8Array {
  const relationships = Object.entries(related).map(
    ([type, [part]]) =>
      `<Relationship Id="${type}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${part}"/>`,
  );
  return makeZip({
    ...docxParts(body),
    'word/_rels/document.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relationships.join('')}</Relationships>`,
    ...Object.fromEntries(Object.values(related).map(([part, content]) => [`word/${part}`, content])),
  });
}
