/**
 * Converts one file with one candidate and prints what became of it as JSON. A process of its own for each, so that its time and
 * memory are its own: `node candidates.mjs CANDIDATE FILE FOLDER`, the libraries being installed in the folder.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , candidate, file, folder] = process.argv;
const require = createRequire(path.join(folder, 'package.json'));
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const table = (rows) =>
  rows.length === 0 ? '' : [...rows.slice(0, 1), rows[0].map(() => '---'), ...rows.slice(1)].map(line).join('\n');
const line = (row) => `| ${row.map((cell) => String(cell ?? '')).join(' | ')} |`;
const sheet = (name, rows) => `## ${name}\n\n${table(rows)}\n\n`;

const CANDIDATES = {
  async 'this project'(bytes) {
    const { convertByType } = await import('../../documents/conversion/convert-by-type.ts');
    const { DEFAULT_LIMITS } = await import('../../documents/conversion/limits.ts');
    return (await convertByType({ bytes, filename: file }, 'auto', DEFAULT_LIMITS)).markdown;
  },
  async unpdf(bytes) {
    const { extractText } = await load('unpdf');
    return (await extractText(new Uint8Array(bytes))).text.join('\n\n');
  },
  async mammoth(bytes) {
    return (await (await load('mammoth')).default.convertToMarkdown({ buffer: bytes })).value;
  },
  async officeparser() {
    const { OfficeParser } = await load('officeparser');
    return (await (await OfficeParser.parseOffice(file, {})).to('md')).value;
  },
  async liteparse() {
    const { LiteParse } = await load('@llamaindex/liteparse');
    return (await new LiteParse({ ocrEnabled: false, outputFormat: 'markdown' }).parse(file)).text;
  },
  async pdf2md(bytes) {
    return (await load('@opendocsg/pdf2md')).default(bytes);
  },
  async 'SheetJS xlsx'(bytes) {
    const { read, utils } = (await load('xlsx')).default;
    const { SheetNames, Sheets } = read(bytes);
    return SheetNames.map((name) => sheet(name, utils.sheet_to_json(Sheets[name], { header: 1, raw: false }))).join('');
  },
  async exceljs() {
    const { Workbook } = (await load('exceljs')).default;
    const workbook = await new Workbook().xlsx.readFile(file);
    return workbook.worksheets
      .map(({ name, ...worksheet }) =>
        sheet(
          name,
          worksheet._rows.map((row) => row._cells.map((cell) => cell?.text)),
        ),
      )
      .join('');
  },
  async 'read-excel-file'() {
    const read = (await load('read-excel-file/node')).default;
    return (await read(file)).map(({ sheet: name, data }) => sheet(name, data)).join('');
  },
};

try {
  const bytes = await readFile(file);
  const started = performance.now();
  const markdown = await CANDIDATES[candidate](bytes);
  const milliseconds = performance.now() - started;
  const { maxRSS } = process.resourceUsage();
  process.stdout.write(JSON.stringify({ markdown, milliseconds, megabytes: (maxRSS * 1024) / 1e6 }), () =>
    process.exit(),
  );
} catch (error) {
  process.stdout.write(JSON.stringify({ failure: String(error) }), () => process.exit());
}
