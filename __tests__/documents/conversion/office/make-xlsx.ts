import { makeZip, type ZipOptions } from './make-zip.ts';

export interface SheetParts {
  readonly name: string;
  /** Content of `sheetData`. */
  readonly rows: string;
  readonly state?: 'hidden' | 'veryHidden';
  /** What follows `sheetData`. */
  readonly behind?: string;
  /** Addresses of its links, by the ids of the relationships. */
  readonly links?: Readonly<Record<string, string>>;
  /** What stands before `sheetData`. */
  readonly columns?: string;
  /** Content of its drawing. */
  readonly drawing?: string;
  /** Content of the `commentList` of its comments. */
  readonly comments?: string;
}

export interface WorkbookOptions {
  /** Content of `sst`. */
  readonly strings?: string;
  /** Number formats in the order of the cells' `s`: a built-in id or a pattern. */
  readonly formats?: readonly (number | string)[];
  /** Attributes of `workbookPr`. */
  readonly properties?: string;
  /** How its archive is written. */
  readonly zip?: ZipOptions;
}

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const FIRST_OWN_FORMAT = 164;

/** An Excel workbook of the given SpreadsheetML. */
export function makeXlsx(sheets: readonly SheetParts[], options: WorkbookOptions = {}): Uint8Array {
  return makeZip(xlsxParts(sheets, options), options.zip);
}

/** The parts of such a workbook. */
export function xlsxParts(sheets: readonly SheetParts[], options: WorkbookOptions = {}): Record<string, string> {
  const { strings = '', formats = [], properties = '' } = options;
  const own = formats.filter((format) => typeof format === 'string');
  const idOf = (format: number | string) =>
    typeof format === 'number' ? format : FIRST_OWN_FORMAT + own.indexOf(format);
  const relationship = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  return {
    '[Content_Types].xml':
      '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    '_rels/.rels': `<Relationships>${relationship('m', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `<workbook><workbookPr ${properties}/><sheets>${sheets
      .map(({ name, state = 'visible' }, i) => `<sheet name="${name}" state="${state}" r:id="s${i}"/>`)
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${sheets
      .map((_, i) => relationship(`s${i}`, 'worksheet', `worksheets/sheet${i}.xml`))
      .join(
        '',
      )}${relationship('t', 'sharedStrings', 'strings.xml')}${relationship('f', 'styles', '/xl/styles.xml')}</Relationships>`,
    'xl/strings.xml': `<sst>${strings}</sst>`,
    'xl/styles.xml': `<styleSheet><numFmts>${own
      .map((code) => `<numFmt numFmtId="${idOf(code)}" formatCode="${code}"/>`)
      .join(
        '',
      )}</numFmts><cellXfs>${formats.map((format) => `<xf numFmtId="${idOf(format)}"/>`).join('')}</cellXfs></styleSheet>`,
    ...Object.fromEntries(
      sheets.flatMap(({ rows, columns = '', drawing = '', behind = '', links = {}, comments = '' }, i) => [
        [
          `xl/worksheets/sheet${i}.xml`,
          `<worksheet xmlns:r="${OFFICE}">${columns}<sheetData>${rows}</sheetData>${behind}</worksheet>`,
        ],
        [`xl/drawings/drawing${i}.xml`, `<wsDr xmlns:r="${OFFICE}">${drawing}</wsDr>`],
        [`xl/comments${i}.xml`, `<comments><commentList>${comments}</commentList></comments>`],
        [
          `xl/worksheets/_rels/sheet${i}.xml.rels`,
          `<Relationships>${relationship('c', 'comments', `../comments${i}.xml`)}${relationship('d', 'drawing', `../drawings/drawing${i}.xml`)}${Object.entries(
            links,
          )
            .map(([id, url]) => relationship(id, 'hyperlink', `${url}" TargetMode="External`))
            .join('')}</Relationships>`,
        ],
      ]),
    ),
  };
}
