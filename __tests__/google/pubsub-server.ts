import { Hono } from 'hono';
import { AccessControl } from '../../local/access-control.ts';
import { IamPolicy } from '../../local/iam-roles.ts';
import { serve } from '../../local/listen.ts';
import { Pubsub } from '../../local/pubsub/pubsub.ts';
import { pubsubApi } from '../../local/pubsub/rest.ts';
import type { Clock } from '../../time/clock.ts';

export const TOPIC = 'projects/my-project/topics/outcomes';

/** The local Pub/Sub with one topic, behind its REST API, where everybody who has the token `owner` may do everything. */
export async function pubsubServer(clock: Clock) {
  const send = async () => ({ kind: 'unreachable', reason: 'nothing is pushed here' }) as const;
  const pubsub = new Pubsub({ clock, topics: [TOPIC], subscriptions: [], send, mayForward: () => false });
  const whoIs = (token: string) => ({ owner: 'owner@example.com', stranger: 'stranger@example.com' })[token];
  const calls: string[] = [];
  const app = new Hono()
    .use(async (c, next) => {
      calls.push(`${c.req.method} ${c.req.path}`);
      await next();
    })
    .route('/', pubsubApi(pubsub, new AccessControl({ whoIs }, new IamPolicy())));
  const server = await serve(app, { port: 0, what: 'Pub/Sub', option: 'none' });
  const options = (token = 'owner') => ({ accessToken: async () => token, baseUrl: `http://${server.host}` });
  return { pubsub, calls, options, close: () => server.close() };
}
