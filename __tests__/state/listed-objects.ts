import type { StateListing } from '../../state/document-state.ts';
import { type DocumentTask, documentTaskSchema } from '../../state/document-task.ts';
import {
  attemptName,
  type ConvertedDocument,
  type End,
  metadataOf,
  type Opening,
  openingName,
  openingOf,
} from '../../state/state-objects.ts';

/** The task of a document with the id `a1`. */
export const TASK: DocumentTask = documentTaskSchema.parse({
  documentId: 'a1',
  sourceUri: 'gs://documents/a.pdf',
  generation: '1',
  filename: 'a.pdf',
});

export const NOW = Date.UTC(2026, 0, 1);
export const CORRUPT = { reason: 'corrupt', message: 'No.' };
export const RESULT = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 1 };
export const CONVERTED: ConvertedDocument = { ...RESULT, type: 'text' };

type Listed = StateListing[number];

/** Objects of that document, as a list shows them. */
export function opening(epoch = 0, kind: Opening['kind'] = 'accepted', task: DocumentTask = TASK, at = NOW): Listed {
  return { name: openingName('a1', epoch), metadata: metadataOf(openingOf(task, kind, at)) };
}

export function tombstone(epoch: number): Listed {
  return { name: openingName('a1', epoch), metadata: metadataOf({ kind: 'deleted', at: new Date(NOW).toISOString() }) };
}

export function emptied({ name }: Listed, source?: 'removed'): Listed {
  return { name, metadata: metadataOf({ kind: 'emptied', ...(source && { source }) }) };
}

export function conversion(epoch: number, number: number, markdownUri = CONVERTED.markdownUri): Listed {
  const name = attemptName({ documentId: 'a1', epoch, number }, 'converted');
  return { name, metadata: metadataOf({ ...CONVERTED, markdownUri }) };
}

export function end(epoch: number, number: number, kind: End['kind'], more: Partial<End> = {}): Listed {
  const at = new Date(NOW + number * 1000).toISOString();
  const said = { kind, by: `owner-${number}`, at, attempts: number, ...more };
  return { name: attemptName({ documentId: 'a1', epoch, number }, 'end'), metadata: metadataOf(said) };
}
