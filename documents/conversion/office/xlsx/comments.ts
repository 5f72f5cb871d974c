import type { Block } from '../../blocks.ts';
import { type OfficePackage, relatedPart } from '../office-package.ts';
import { childOf, childrenOf, descendantsOf, parseXml, type XmlElement } from '../xml.ts';
import { decodeEscapes } from './sheet.ts';

/** Names of those who write in threads, by their ids (MS-XLSX, 2.6.205). */
export function threadAuthors(office: OfficePackage, workbook: string): ReadonlyMap<string, string> {
  const part = relatedPart(office, workbook, 'person');
  const persons = part === undefined ? [] : childrenOf(parseXml(office.read(part)), 'person');
  return new Map(persons.map(({ attributes: { id = '', displayName = '' } }) => [id, displayName.trim()]));
}

/** What was remarked on a sheet, each with the cell that it is about and who said it. */
export function sheetComments(office: OfficePackage, sheet: string, persons: ReadonlyMap<string, string>): Block[] {
  const threads = relatedPart(office, sheet, 'threadedComment');
  const saidInThreads = threads === undefined ? [] : readThreads(parseXml(office.read(threads)), persons);
  const inThreads = new Set(saidInThreads.map(({ reference }) => reference));
  const part = relatedPart(office, sheet, 'comments');
  const comments = part === undefined ? [] : readComments(parseXml(office.read(part)));
  const said = [...comments.filter(({ reference }) => !inThreads.has(reference)), ...saidInThreads];
  const lines = said.map(({ reference, author, text }) =>
    author === '' || text.startsWith(`${author}:`) ? `${reference}: ${text}` : `${reference}, ${author}: ${text}`,
  );
  return lines.length === 0 ? [] : [{ kind: 'quotation', text: lines.join('\n') }];
}

interface Comment {
  readonly reference: string;
  readonly author: string;
  readonly text: string;
}

function readThreads(threads: XmlElement, persons: ReadonlyMap<string, string>): Comment[] {
  return childrenOf(threads, 'threadedComment').flatMap((comment) => {
    const { ref: reference = '', personId = '' } = comment.attributes;
    const text = inOneLine((childOf(comment, 'text')?.text ?? '').split('\n'));
    return text === '' ? [] : [{ reference, author: persons.get(personId) ?? '', text }];
  });
}

/** Those of old (ECMA-376, part 1, 18.7), among them the texts of threads for programs that know none. */
function readComments(part: XmlElement): Comment[] {
  const authors = childrenOf(childOf(part, 'authors'), 'author').map(({ text }) => text.trim());
  return childrenOf(childOf(part, 'commentList'), 'comment').flatMap((comment) => {
    const { ref: reference = '', authorId = '' } = comment.attributes;
    const runs = descendantsOf(comment, 't').map(({ text }) => text);
    const lines = decodeEscapes(runs.join('')).split('\n');
    const own = lines.indexOf('Comment:');
    const isThread = lines[0] === '[Threaded comment]' && own !== -1;
    const text = inOneLine(isThread ? lines.slice(own + 1) : lines);
    const author = isThread ? '' : (authors[Number(authorId)] ?? '');
    return text === '' ? [] : [{ reference, author, text }];
  });
}

function inOneLine(lines: readonly string[]): string {
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}
