import { setTimeout as delay } from 'node:timers/promises';
import { isDocumentName, type NameRules } from '../events/upload-event.ts';
import { readSettings } from '../handler/settings.ts';
import type { LocalGoogle } from '../local/local-google.ts';
import { documentIdFor, parseSourceUri } from '../state/document-task.ts';
import type { LocalDeployment } from './local-deployment.ts';

/** What turns on that uploads hand themselves in, and that outcomes are published. */
export const UPLOAD_ONLY_SETTINGS = { ENQUEUE_UPLOADS: 'true', OUTCOMES: 'true' };

const POLL_MS = 100;
const ACK_DEADLINE_MS = 10_000;
const RETENTION_MS = 86_400_000;

/** Which uploads hand themselves in. */
export function uploadRulesOf({ serviceEnvironment }: Pick<LocalGoogle, 'serviceEnvironment'>): NameRules {
  const { uploadsPrefix: prefix, uploadsSuffixes: suffixes } = readSettings(serviceEnvironment);
  return { prefix, suffixes };
}

/**
 * The deployment where nobody hands documents in: they are uploaded, and appear. An upload is the same document whoever hands it in, so
 * that its id is known before. Files are uploaded where the rules want them; one whose name they never take would not appear.
 */
export function uploadOnly(deployment: LocalDeployment, rules: NameRules): LocalDeployment {
  const { service, storage } = deployment;
  return {
    ...deployment,
    uploadsPrefix: rules.prefix,
    service: {
      looksAt: (documentId, signal) => service.looksAt(documentId, signal),
      appears: (documentId, signal) => service.appears(documentId, signal),
      async enqueue({ sourceUri, method = 'auto', ocr = 'auto' }, signal) {
        const { bucket, object } = parseSourceUri(sourceUri) ?? { bucket: '', object: '' };
        if (!isDocumentName(object, rules)) {
          throw new Error(`uploads hand themselves in where their names end in ${rules.suffixes.join(' or ')}`);
        }
        const { generation = '' } = (await storage.stat(bucket, object, { signal })) ?? {};
        return service.appears(documentIdFor({ sourceUri, generation, method, ocr }), signal);
      },
    },
  };
}

/** What an event says that is shown. */
interface OutcomeEvent {
  readonly documentId: string;
  readonly status: string;
  readonly filename: string;
}

/**
 * Subscribes to the outcomes of a local Google.
 *
 * @returns what waits until there was an event of so many documents, and returns the first of each
 */
export function subscribeToOutcomes({ pubsub, serviceEnvironment }: LocalGoogle) {
  const topic = serviceEnvironment.OUTCOMES_TOPIC ?? '';
  const name = topic.replace(/\/topics\/.*/, '/subscriptions/npm-start');
  pubsub.subscribe({ name, topic, ackDeadlineMs: ACK_DEADLINE_MS, retentionMs: RETENTION_MS });
  return async (documents: number, signal: AbortSignal): Promise<OutcomeEvent[]> => {
    const events = new Map<string, OutcomeEvent>();
    while (events.size < documents) {
      const messages = pubsub.pull(name, documents) ?? [];
      for (const { message } of messages) {
        const event = JSON.parse(Buffer.from(message.data ?? '', 'base64').toString()) as OutcomeEvent;
        if (!events.has(event.documentId)) events.set(event.documentId, event);
      }
      pubsub.acknowledge(
        name,
        messages.map(({ ackId }) => ackId),
      );
      if (messages.length === 0) await delay(POLL_MS, undefined, { signal });
    }
    return [...events.values()];
  };
}
