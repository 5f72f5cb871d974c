import { invalidArgument } from './errors.ts';

/** One page of a listing. */
export interface Page {
  /** Entries on it, at most. */
  readonly size: number;
  /** The key of the last entry of the page before; '' for the first page. */
  readonly after: string;
  /** The token of the page that follows the entry of this key. */
  tokenAfter(key: string): string;
}

/**
 * Reads the page that a caller asks for. A token is good only for the listing that it came from.
 *
 * @throws CloudTasksError INVALID_ARGUMENT for a negative size and for a token that no listing of this parent gave
 */
export function pageOf(request: {
  parent: string;
  pageSize: number | undefined;
  pageToken: string | undefined;
  maxPageSize: number;
}): Page {
  const { parent, pageSize = 0, pageToken = '', maxPageSize } = request;
  if (pageSize < 0) throw invalidArgument(`page_size cannot be negative; received ${pageSize}.`);
  return {
    size: Math.min(pageSize || maxPageSize, maxPageSize),
    after: pageToken === '' ? '' : keyIn(pageToken, parent),
    tokenAfter: (key) => Buffer.from(JSON.stringify([parent, key])).toString('base64url'),
  };
}

function keyIn(pageToken: string, parent: string): string {
  try {
    const [tokenParent, key] = JSON.parse(Buffer.from(pageToken, 'base64url').toString());
    if (tokenParent === parent && typeof key === 'string') return key;
  } catch {
    // Not JSON: refused below like any other token that is not ours.
  }
  throw invalidArgument('The page token is invalid: use the nextPageToken of a list call with the same parent.');
}
