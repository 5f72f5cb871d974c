import { type Api, found, type Json, requireNew } from './call.ts';
import type { Policies } from './policies.ts';

/** Topics and subscriptions, by their full names. */
export function pubsubResourcesApi(
  topics: Map<string, Json>,
  subscriptions: Map<string, Json>,
  policies: Policies,
): Api {
  return ({ method, path, body }) => {
    const [, name, kind, verb] = /^(projects\/[^/]+\/(topics|subscriptions)\/[^/:]+)(?::(\w+))?$/.exec(path) ?? [];
    if (name === undefined) return undefined;
    const all = kind === 'topics' ? topics : subscriptions;
    if (verb !== undefined) {
      // A topic may be there without the stack.
      if (kind === 'subscriptions') found(all.get(name), name);
      return policies.answer(verb, name, body);
    }
    if (method === 'PUT') {
      requireNew(all, name);
      if (kind === 'subscriptions') found(topics.get(body.topic), body.topic);
      all.set(name, asKept({ ...body, name }));
      return all.get(name);
    }
    const resource = found(all.get(name), name);
    if (method === 'PATCH') {
      all.set(name, asKept({ ...resource, ...(body.subscription ?? body.topic) }));
      return all.get(name);
    }
    if (method === 'DELETE') {
      all.delete(name);
      policies.delete(name);
      return {};
    }
    return method === 'GET' ? resource : undefined;
  };
}

/** Without the message that says that a subscription never expires: protobuf leaves it empty. */
function asKept(resource: Json): Json {
  return { state: 'ACTIVE', ...resource };
}
