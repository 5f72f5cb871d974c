import { type Api, found, type Json, Refusal, requireNew } from './call.ts';
import type { Policies } from './policies.ts';

/** Queues, by their full names. A name that was deleted stays blocked, as in production. */
export function cloudTasksApi(queues: Map<string, Json>, policies: Policies): Api {
  const blocked = new Set<string>();
  return ({ method, path, query, body }) => {
    const [, parent, id, verb] =
      /^(projects\/[^/]+\/locations\/[^/]+\/queues)(?:\/([^/:]+))?(?::(\w+))?$/.exec(path) ?? [];
    if (parent === undefined) return undefined;
    if (id === undefined) {
      if (method !== 'POST') return undefined;
      requireNew(queues, body.name);
      if (blocked.has(body.name)) throw new Refusal(400, 'A queue with this name existed too recently.');
      queues.set(body.name, asKept(body));
      return queues.get(body.name);
    }
    const name = `${parent}/${id}`;
    const queue = found(queues.get(name), name);
    if (verb !== undefined) return policies.answer(verb, name, body);
    if (method === 'PATCH') {
      const fields = query.get('updateMask')?.split(',') ?? [];
      queues.set(name, asKept({ ...queue, ...Object.fromEntries(fields.map((field) => [field, body[field]])) }));
      return queues.get(name);
    }
    if (method === 'DELETE') {
      queues.delete(name);
      policies.delete(name);
      blocked.add(name);
      return {};
    }
    return method === 'GET' ? queue : undefined;
  };
}

/** With what Cloud Tasks fills in, and without what protobuf leaves out. */
function asKept({ rateLimits, retryConfig, stackdriverLoggingConfig, ...rest }: Json): Json {
  const { maxRetryDuration, ...retry } = retryConfig;
  return {
    ...rest,
    state: 'RUNNING',
    rateLimits: { maxConcurrentDispatches: 1000, ...rateLimits, maxBurstSize: 100 },
    retryConfig: {
      maxAttempts: 100,
      maxDoublings: 16,
      ...retry,
      ...(maxRetryDuration !== '0s' && { maxRetryDuration }),
    },
    ...(stackdriverLoggingConfig?.samplingRatio > 0 && { stackdriverLoggingConfig }),
  };
}
