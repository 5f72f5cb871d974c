import { type DocumentTask, parseSourceUri } from './document-task.ts';

/** What the task asks for is not to be had here, and never will be. */
export class ImpossibleTaskError extends Error {
  override readonly name = 'ImpossibleTaskError';
  readonly reason: 'forbidden-source' | 'source-gone';

  constructor(reason: ImpossibleTaskError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Where a task's document is stored.
 *
 * @throws ImpossibleTaskError when it is in another bucket than the documents'
 */
export function sourceOf({ sourceUri }: DocumentTask, documentsBucket: string): { bucket: string; object: string } {
  const source = parseSourceUri(sourceUri);
  if (source?.bucket === documentsBucket) return source;
  const message = `Documents are read from gs://${documentsBucket} only; received ${sourceUri}.`;
  throw new ImpossibleTaskError('forbidden-source', message);
}

/** The very document that was enqueued is not stored any more. */
export function sourceGone({ sourceUri, generation }: DocumentTask): ImpossibleTaskError {
  return new ImpossibleTaskError('source-gone', `${sourceUri}#${generation} does not exist any more.`);
}
