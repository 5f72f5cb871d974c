import { invalidParameter } from './storage-error.ts';

/** Which objects of a bucket to list. */
export interface ListQuery {
  /** Only names that start with it. @default '' */
  readonly prefix?: string | undefined;
  /** Names that have it after the prefix are rolled up into one prefix. @default none */
  readonly delimiter?: string | undefined;
  /** `nextPageToken` of the page before. @default the first page */
  readonly pageToken?: string | undefined;
  /** Names and prefixes of a page together, at most 1,000. @default 1000 */
  readonly maxResults?: number | undefined;
}

/** One page of a listing. */
export interface ListPage {
  readonly names: string[];
  readonly prefixes: string[];
  /** Undefined on the last page. */
  readonly nextPageToken: string | undefined;
}

const MAX_RESULTS = 1000;

/**
 * One page of names in the order of their UTF-8 bytes, with a delimiter's prefixes rolled up.
 *
 * A page token names the last entry of its page, so that objects may come and go between two pages.
 *
 * @throws StorageApiError 400 when the page token is not one of these
 */
export function listPage(all: Iterable<string>, query: ListQuery): ListPage {
  const { prefix = '', delimiter, pageToken, maxResults = MAX_RESULTS } = query;
  const after = pageToken === undefined ? undefined : lastEntryOf(pageToken);
  const limit = Math.min(maxResults, MAX_RESULTS);
  const sorted = [...all].filter((name) => name.startsWith(prefix)).sort(compareUtf8);

  const page = { names: [] as string[], prefixes: [] as string[] };
  let last: string | undefined;
  for (const name of sorted) {
    const rolledUp = rollUp(name, prefix, delimiter);
    const entry = rolledUp ?? name;
    if (entry === last || (after !== undefined && compareUtf8(entry, after) <= 0)) continue;
    if (page.names.length + page.prefixes.length === limit) {
      return { ...page, nextPageToken: Buffer.from(last ?? '').toString('base64') };
    }
    (rolledUp === undefined ? page.names : page.prefixes).push(entry);
    last = entry;
  }
  return { ...page, nextPageToken: undefined };
}

function rollUp(name: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter) return undefined;
  const at = name.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : name.slice(0, at + delimiter.length);
}

function lastEntryOf(pageToken: string): string {
  const entry = Buffer.from(pageToken, 'base64').toString();
  if (entry === '' || Buffer.from(entry).toString('base64') !== pageToken) {
    throw invalidParameter('pageToken', pageToken, 'take nextPageToken of the page before');
  }
  return entry;
}

/** The order of UTF-8 bytes is that of code points; the order of JavaScript's strings is not, beyond U+FFFF. */
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
  }
  return a.length - b.length;
}

/** Puts surrogates, which stand for what is beyond U+FFFF, after all other code units. */
function rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}
