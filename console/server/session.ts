import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import * as z from 'zod';

/** A secret that only whoever sees the terminal knows: it opens the page. */
export function newLaunchToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Of the body that has the launch token. */
const MOST_TOKEN_BYTES = 1000;

/** Types of bodies that no form of another page can send without being asked about: JSON, and a file's bytes. */
const BODY_TYPES = /^application\/(json|octet-stream)[ \t]*(;|$)/;

/**
 * Lets only those in who know the launch token: the page by a cookie that it gets for the token, a program by the token as a bearer.
 * That requests of other sites and names do not come so far is the guard's affair (`local/request-guard.ts`), of reads as well.
 */
export function addSession(app: Hono, launchToken: string): void {
  // Not the token itself: cookies are sent to every port of a host.
  const session = createHash('sha256').update(`session ${launchToken}`).digest('base64url');

  app.use('/api/*', requireOwnChanges);

  // Whoever has no token yet may send this: it is small.
  app.post('/api/session', bodyLimit({ maxSize: MOST_TOKEN_BYTES }), async (c) => {
    const { token } = z
      .object({ token: z.string() })
      .catch({ token: '' })
      .parse(await c.req.json().catch(() => undefined));
    if (!isSame(token, launchToken)) return c.json({ error: WRONG_TOKEN }, 401);
    setCookie(c, cookieName(c), session, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return c.json({});
  });

  app.use('/api/*', async (c, next) => {
    const bearer = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    const known = bearer === undefined ? isSame(getCookie(c, cookieName(c)), session) : isSame(bearer, launchToken);
    if (!known) return c.json({ error: WRONG_TOKEN }, 401);
    return await next();
  });
}

const WRONG_TOKEN = 'Open the address that was printed in the terminal: it has the token of this run.';

/** Changes come from the page itself, or from a program that sends the token with each. */
const requireOwnChanges: MiddlewareHandler = async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
  const isProgram = c.req.header('authorization') !== undefined;
  const site = c.req.header('sec-fetch-site');
  if (!isProgram && site !== 'same-origin') {
    return c.json(
      { error: `Changes come from the console's own page; received Sec-Fetch-Site ${site ?? 'none'}.` },
      403,
    );
  }
  const type = c.req.header('content-type') ?? 'none';
  if (!BODY_TYPES.test(type)) {
    return c.json({ error: `A change is JSON, a file is application/octet-stream; received ${type}.` }, 415);
  }
  return next();
};

/** Each port has its own: cookies know no ports. */
function cookieName(c: Context): string {
  return `console-${new URL(c.req.url).port || '80'}`;
}

function isSame(given: string | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(expected));
}
