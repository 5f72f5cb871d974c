/** Writes small PDFs, so that a test or a measurement shows what is on the page it is about. */

/** Text in Helvetica; `x` and `y` in points from the bottom left corner of an A4 page. */
export interface PdfText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** @default 10 */
  readonly size?: number;
}

export interface PdfOptions {
  readonly info?: { readonly Title?: string; readonly Author?: string };
  /** Clockwise degrees that each page is shown turned by. */
  readonly rotate?: number;
  /** Drawing operators put on each page after its text. */
  readonly drawing?: string;
  /** In place of Helvetica in Windows' encoding. */
  readonly font?: string;
  /** Dictionaries of annotations, on each page. */
  readonly annotations?: readonly string[];
  /** Further objects, numbered from 5. */
  readonly objects?: readonly string[];
  /** Further entries of the catalogue, of each page's resources, and of each page. */
  readonly catalog?: string;
  readonly resources?: string;
  readonly page?: string;
}

const HELVETICA = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>';

export function makePdf(pages: readonly (readonly PdfText[])[], options: PdfOptions = {}): Uint8Array {
  const { info = {}, rotate = 0, drawing = '', font = HELVETICA, annotations = [], objects: further = [] } = options;
  const pageNumbers = pages.map((_, i) => 5 + further.length + 2 * i);
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R ${options.catalog ?? ''} >>`,
    `<< /Type /Pages /Count ${pages.length} /Kids [${pageNumbers.map((number) => `${number} 0 R`).join(' ')}] >>`,
    font,
    `<< ${Object.entries(info)
      .map(([key, value]) => `/${key} ${literal(value)}`)
      .join(' ')} >>`,
    ...further,
  ];
  for (const texts of pages) {
    const shown = texts.map(({ text, x, y, size = 10 }) => `/F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm ${literal(text)} Tj`);
    const content = `BT ${shown.join('\n')} ET ${drawing}`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate ${rotate} /Contents ${objects.length + 2} 0 R ` +
        `/Resources << /Font << /F1 3 0 R >> ${options.resources ?? ''} >> /Annots [${annotations.join(' ')}] ${options.page ?? ''} >>`,
      pdfStream('', content),
    );
  }
  return Buffer.from(withCrossReferences(objects), 'latin1');
}

function withCrossReferences(objects: readonly string[]): string {
  let file = '%PDF-1.7\n';
  const offsets = objects.map((object, i) => {
    const offset = file.length;
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const start = file.length;
  const size = objects.length + 1;
  return (
    `${file}xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}` +
    `trailer\n<< /Size ${size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n${start}\n%%EOF\n`
  );
}

/** A stream as an object. */
export function pdfStream(dictionary: string, content: string): string {
  return `<< ${dictionary} /Length ${content.length} >>\nstream\n${content}\nendstream`;
}

function literal(text: string): string {
  return `(${text.replace(/[\\()]/g, '\\$&')})`;
}
