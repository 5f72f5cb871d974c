import { randomUUID } from 'node:crypto';
import { PubsubSubscription, type PulledMessage } from '../../google/pubsub-subscription.ts';
import { sleep } from '../../time/clock.ts';
import { Deadline } from '../../time/deadline.ts';
import { newCommand } from '../command-line.ts';
import { wholeNumber } from '../option-values.ts';
import { printable } from '../terminal-text.ts';
import type { DocumentsCommand, DocumentsTools } from './documents-command.ts';
import { NEEDED } from './operator.ts';

/** Messages asked for at once. */
const MAX_MESSAGES = 100;
/** Between two looks where there was nothing: Pub/Sub itself waits for a first message, the local one does not. */
const PAUSE_MS = 500;
/** For taking the subscription away again. */
const REMOVAL_SECONDS = 10;

interface EventsOptions {
  readonly count?: number;
  readonly json?: boolean;
}

export const eventsCommand: DocumentsCommand = {
  command: newCommand(
    'events',
    'Follows the outcomes of documents as they are published, from now on until Ctrl-C, by a subscription of its own, which it takes ' +
      'away at its end. An outcome may come more than once. Exit code: 0, 1 when Pub/Sub refuses, 2 for a mistake in the call.',
  )
    .usage('[options]')
    .option('--count <N>', 'end after so many', wholeNumber('--count', 1, 1_000_000_000))
    .option('--json', 'print each event as it was published, a line each'),
  needed: NEEDED.following,

  async run(_words, { count = Number.POSITIVE_INFINITY, json = false }: EventsOptions, tools) {
    const { operator, report, signal } = tools;
    const { outcomesTopic: topic } = operator.settings;
    const project = topic.split('/')[1];
    const name = `projects/${project}/subscriptions/document-events-${randomUUID()}`;
    const subscription = await PubsubSubscription.create(name, topic, operator.pubsub, signal);
    report.note(`Following ${topic}. Ctrl-C ends it.`);
    try {
      await follow(subscription, count, json, tools);
    } catch (error) {
      // Being ended is how it ends.
      if (!signal.aborted) throw error;
    } finally {
      using limit = new Deadline(operator.clock, 'Removing the subscription', REMOVAL_SECONDS);
      await subscription.remove(limit.signal);
    }
    return 0;
  },
};

async function follow(
  subscription: PubsubSubscription,
  count: number,
  json: boolean,
  { operator, report, signal }: DocumentsTools,
): Promise<void> {
  for (let shown = 0; shown < count; ) {
    const messages = await subscription.pull(Math.min(MAX_MESSAGES, count - shown), signal);
    for (const message of messages) report.result(json ? message.data : textOf(message));
    shown += messages.length;
    if (messages.length > 0) await subscription.acknowledge(messages, signal);
    else await sleep(operator.clock, PAUSE_MS, signal);
  }
}

/** What everybody wants to know of an event; a body that is none of ours is shown by its attributes alone. */
function textOf({ attributes, data, publishTime }: PulledMessage): string {
  const { documentId = '', status = '', reason = '' } = attributes;
  const filename = filenameIn(data);
  return printable(`${publishTime}  ${documentId.padEnd(32)}  ${status.padEnd(9)}  ${filename}  ${reason}`).trimEnd();
}

function filenameIn(data: string): string {
  try {
    return String((JSON.parse(data) as { filename?: unknown }).filename ?? '');
  } catch {
    return '';
  }
}
