import { makeZip } from './make-zip.ts';

export interface SlideParts {
  /** Content of `p:spTree`. */
  readonly shapes: string;
  /** Text of the notes for the speaker. */
  readonly notes?: string;
  readonly hidden?: boolean;
  /** Addresses of its links, by the ids of the relationships. */
  readonly links?: Readonly<Record<string, string>>;
}

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const NAMESPACES = `xmlns:p="p" xmlns:a="a" xmlns:r="${OFFICE}"`;

/** A shape with text: its placeholder's attributes (`type="title"`), or none, and its paragraphs. */
export function shape(placeholder: string | undefined, ...paragraphs: string[]): string {
  const ph = placeholder === undefined ? '' : `<p:ph ${placeholder}/>`;
  return `<p:sp><p:nvSpPr><p:nvPr>${ph}</p:nvPr></p:nvSpPr><p:txBody><a:lstStyle/>${paragraphs.join('')}</p:txBody></p:sp>`;
}

/** A text box of a line, or a picture with a text that stands for it, at a place in any unit. */
export function placed(
  kind: 'box' | 'picture',
  text: string,
  [left, top, width, height]: readonly [left: number, top: number, width: number, height: number],
): string {
  const place = `<a:xfrm><a:off x="${left}" y="${top}"/><a:ext cx="${width}" cy="${height}"/></a:xfrm>`;
  return kind === 'box'
    ? `<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:spPr>${place}</p:spPr><p:txBody>${line(text)}</p:txBody></p:sp>`
    : `<p:pic><p:nvPicPr><p:cNvPr descr="${text}"/></p:nvPicPr><p:spPr>${place}</p:spPr></p:pic>`;
}

/** A paragraph; `properties` are the attributes and content of its `a:pPr`. */
export function line(text: string, properties = '/>'): string {
  return `<a:p><a:pPr ${properties}<a:r><a:rPr lang="en-GB"/><a:t>${text}</a:t></a:r></a:p>`;
}

/** A presentation of the given PresentationML. Its master gives bodies a bullet at every level. */
export function makePptx(
  slides: readonly SlideParts[],
  parts: Readonly<Record<string, string>> = {},
  method: 'store' | 'deflate' = 'deflate',
): Uint8Array {
  const relationship = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  const relationships = (...inside: string[]) => `<Relationships>${inside.join('')}</Relationships>`;
  const levels = Array.from({ length: 9 }, (_, i) => `<a:lvl${i + 1}pPr><a:buChar char="•"/></a:lvl${i + 1}pPr>`).join(
    '',
  );
  const all: Record<string, string> = {
    '[Content_Types].xml':
      '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/></Types>',
    '_rels/.rels': relationships(relationship('m', 'officeDocument', 'ppt/presentation.xml')),
    'ppt/presentation.xml': `<p:presentation ${NAMESPACES}><p:sldIdLst>${slides
      .map((_, i) => `<p:sldId r:id="s${i}"/>`)
      .join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationships(
      ...slides.map((_, i) => relationship(`s${i}`, 'slide', `slides/slide${i}.xml`)),
    ),
    'ppt/slideLayouts/layout.xml': `<p:sldLayout ${NAMESPACES}><p:cSld><p:spTree/></p:cSld></p:sldLayout>`,
    'ppt/slideLayouts/_rels/layout.xml.rels': relationships(
      relationship('m', 'slideMaster', '../slideMasters/master.xml'),
    ),
    'ppt/slideMasters/master.xml': `<p:sldMaster ${NAMESPACES}><p:txStyles><p:bodyStyle>${levels}</p:bodyStyle></p:txStyles></p:sldMaster>`,
  };
  slides.forEach(({ shapes, notes, hidden, links = {} }, i) => {
    all[`ppt/slides/slide${i}.xml`] =
      `<p:sld ${NAMESPACES} ${hidden ? 'show="0"' : ''}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`;
    all[`ppt/slides/_rels/slide${i}.xml.rels`] = relationships(
      relationship('l', 'slideLayout', '../slideLayouts/layout.xml'),
      relationship('c', 'chart', '../charts/chart.xml'),
      ...Object.entries(links).map(([id, url]) => relationship(id, 'hyperlink', `${url}" TargetMode="External`)),
      ...(notes === undefined ? [] : [relationship('n', 'notesSlide', `../notes/notes${i}.xml`)]),
    );
    if (notes !== undefined) {
      all[`ppt/notes/notes${i}.xml`] =
        `<p:notes ${NAMESPACES}><p:cSld><p:spTree>${shape('type="sldNum"', line('7'))}${shape('type="body"', line(notes))}</p:spTree></p:cSld></p:notes>`;
    }
  });
  return makeZip({ ...all, ...parts }, { method });
}
