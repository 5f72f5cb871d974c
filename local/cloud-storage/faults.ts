import type { MiddlewareHandler } from 'hono';

/** What goes wrong with a request: it fails before it has an effect, or its effect is there and the answer is lost. */
export type StorageFault = 'unavailable' | 'answer-lost';

/** Lets requests to Cloud Storage fail with 503, as the real service now and then does. */
export function storageFaults(decide: () => StorageFault | undefined): MiddlewareHandler {
  return async (c, next) => {
    const fault = decide();
    if (fault !== 'unavailable') await next();
    if (fault !== undefined) c.res = c.json({ error: { code: 503, message: 'Backend Error' } }, 503);
    return undefined;
  };
}
