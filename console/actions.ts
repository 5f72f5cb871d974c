import * as z from 'zod';
import { documentIdSchema } from '../state/document-task.ts';

const ids = z.array(documentIdSchema).min(1).max(1000);
const times = z.int().min(1).max(100).default(1);

/** What can happen to the next attempts on demand. */
const faultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('deliverTwice') }),
  z.object({ kind: z.literal('dropAnswer') }),
  z.object({ kind: z.literal('delay'), ms: z.int().min(0).max(600_000) }),
  z.object({ kind: z.literal('answer'), status: z.int().min(100).max(599) }),
]);

/** What can be done from the page, as its JSON says it. */
export const actionSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('replay'), ids }),
  /** All FAILED ones that match; refused where there are not `expected` any more. */
  z.object({ do: z.literal('replay-matching'), q: z.string().max(500), expected: z.int().min(1) }),
  z.object({ do: z.literal('cancel'), ids }),
  z.object({ do: z.literal('run'), task: z.string() }),
  z.object({ do: z.literal('delete-task'), task: z.string() }),
  z.object({ do: z.enum(['pause', 'resume', 'purge']), queue: z.string() }),
  z.object({ do: z.literal('fault'), fault: faultSchema, times }),
  z.object({ do: z.literal('storage-unavailable'), times }),
  z.object({ do: z.literal('clear-faults') }),
  z.object({ do: z.literal('kill'), pid: z.int().min(2) }),
]);

export type Action = z.output<typeof actionSchema>;

/** What came of an action. */
export interface Done {
  /** A sentence for whoever did it. */
  readonly said: string;
  /** Where to look at it. */
  readonly path?: string;
}
