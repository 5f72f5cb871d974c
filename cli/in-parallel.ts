/**
 * Works on items, so many of them at a time. An item is taken only when there is room for it, so that neither a long list nor one
 * that is read page by page is held in memory. After a failure no further item is taken; those begun are waited for.
 *
 * @param atOnce 1 or more
 * @throws what the first failing work threw
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  // One generator for all workers: it hands each item out once, and is over for all when one of them leaves its loop.
  const waiting = oneByOne(items);
  const worker = async () => {
    for await (const item of waiting) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  const failure = ends.find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
}

async function* oneByOne<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* items;
}
