import { isLive } from '../../state/document-state.ts';
import type { DocumentView } from '../../state/document-view.ts';
import { RecentSeries } from '../recent-series.ts';
import { hasWords, rowsPageOf, wordsOf } from '../rows-page.ts';
import type { Address } from '../shown.ts';
import { type DocumentRow, type DocumentsView, STATUSES, type Status } from '../views.ts';

interface Entry {
  readonly row: DocumentRow;
  readonly createdAt: number;
  /** Until when it is worked on; 0 where it is not. */
  readonly leasedUntil: number;
  /** What is searched, in lower case. */
  readonly text: string;
}

/** Which documents: those that have all the words in name, id or reason, and the status, if any. */
type DocumentQuery = Pick<Address, 'q' | 'status'>;

/**
 * All documents, to be searched: one pass over what is in memory, which takes some 10 ms for 100,000 of them. A lease that runs out
 * is noticed when it is asked for.
 */
export class DocumentIndex {
  /** In the order of their last change, the newest last. */
  readonly #entries = new Map<string, Entry>();
  readonly #done = new RecentSeries({ COMPLETED: 'count', FAILED: 'count' });

  /** A document is new, or has changed. */
  put(view: DocumentView, now: number): void {
    const entry = entryOf(view);
    const before = this.#entries.get(view.documentId);
    const { status, epoch, changedAt } = entry.row;
    const isSettled = status === 'COMPLETED' || status === 'FAILED';
    const wasSettled = before !== undefined && before.row.epoch === epoch && before.row.status === status;
    if (isSettled && !wasSettled) this.#done.count(status, changedAt, now);
    this.#entries.delete(view.documentId);
    this.#entries.set(view.documentId, entry);
  }

  remove(documentId: string): void {
    this.#entries.delete(documentId);
  }

  /** Puts them into the order of their last change, where they came in another. */
  sort(): void {
    const sorted = [...this.#entries].sort(([, a], [, b]) => a.row.changedAt - b.row.changedAt);
    this.#entries.clear();
    for (const [id, entry] of sorted) this.#entries.set(id, entry);
  }

  row(documentId: string, now: number): DocumentRow | undefined {
    const entry = this.#entries.get(documentId);
    return entry && { ...entry.row, status: statusOf(entry, now) };
  }

  /** Ids of those that match. */
  ids(query: DocumentQuery, now: number): string[] {
    return this.#matching(query, now).map(({ row }) => row.id);
  }

  view({ page, ...query }: DocumentQuery & Pick<Address, 'page'>, now: number): Omit<DocumentsView, 'job' | 'readAt'> {
    const counts = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Record<Status, number>;
    let oldest: Entry | undefined;
    for (const entry of this.#entries.values()) {
      const status = statusOf(entry, now);
      counts[status]++;
      if (status === 'PENDING' && (oldest === undefined || entry.createdAt < oldest.createdAt)) oldest = entry;
    }
    const shown = rowsPageOf(this.#matching(query, now), page);
    return {
      kind: 'documents',
      ...shown,
      rows: shown.rows.map((entry) => ({ ...entry.row, status: statusOf(entry, now) })),
      counts,
      failed: query.status === 'FAILED' ? shown.total : this.#matching({ ...query, status: 'FAILED' }, now).length,
      ...(oldest && { oldestWaiting: { id: oldest.row.id, since: oldest.createdAt } }),
      done: this.#done.at(now),
    };
  }

  /** The newest change first. */
  #matching({ q, status }: DocumentQuery, now: number): Entry[] {
    const words = wordsOf(q);
    const matching: Entry[] = [];
    for (const entry of this.#entries.values()) {
      if ((status === '' || statusOf(entry, now) === status) && hasWords(entry.text, words)) matching.push(entry);
    }
    return matching.reverse();
  }
}

function statusOf({ row, leasedUntil }: Entry, now: number): Status {
  return row.status === 'PROCESSING' && !isLive({ expiresAt: leasedUntil }, now) ? 'PENDING' : row.status;
}

function entryOf(view: DocumentView): Entry {
  const { documentId, filename, error } = view;
  const text = [filename, documentId, error?.reason, error?.message].join('\n').toLowerCase();
  return { row: rowOf(view), createdAt: Date.parse(view.createdAt), leasedUntil: view.lease?.expiresAt ?? 0, text };
}

/** A document in a table. */
export function rowOf({ documentId, filename, error, result, ...view }: DocumentView): DocumentRow {
  return {
    id: documentId,
    filename,
    status: view.status,
    attempts: view.attempts,
    epoch: view.epoch,
    changedAt: Date.parse(view.updatedAt),
    reason: error?.reason,
    message: error?.message,
    pages: result?.pages,
    partial: result?.partial,
  };
}
