import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { Clock } from '../../time/clock.ts';
import { actionSchema } from '../actions.ts';
import { CONTENT_PARTS, RefusedActionError, type Shown } from '../shown.ts';
import { addressOf } from './address.ts';
import { type Look, servedContent } from './content.ts';
import { ICON_SVG, PAGE_HTML, type PageFile } from './page-bundle.ts';
import { addSession } from './session.ts';
import { viewStream } from './view-stream.ts';

const MOST_JSON_BYTES = 1_000_000;
/** What the service takes at most by its widest setting. */
const MOST_FILE_BYTES = 2 ** 30;

interface ConsoleAppOptions {
  readonly shown: Shown;
  /** Opens the page: see {@link addSession}. */
  readonly launchToken: string;
  /** What the page consists of; called when somebody looks at it first. */
  readonly files: () => Promise<readonly PageFile[]>;
  readonly clock: Clock;
}

/** The console: its page, what the page shows as a stream, and what can be done. Served behind the guard of all local servers. */
export function consoleApp({ shown, launchToken, files, clock }: ConsoleAppOptions): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
      xFrameOptions: 'DENY',
      referrerPolicy: 'no-referrer',
      crossOriginResourcePolicy: 'same-origin',
      originAgentCluster: false,
      // Nothing here is HTTPS.
      strictTransportSecurity: false,
      // A document's content has a stricter policy of its own.
      overwrite: false,
    }),
  );
  app.onError(async (error, c) => {
    if (error instanceof RefusedActionError) return c.json({ error: error.message }, error.status);
    if (error instanceof HTTPException) {
      return c.json({ error: (await error.getResponse().text()) || error.message }, error.status);
    }
    return c.json({ error: error.message }, 500);
  });
  app.use('/api/*', async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });
  addSession(app, launchToken);

  app.get('/api/about', (c) => c.json(shown.about));
  app.get('/api/stream', (c) => {
    const { searchParams } = new URL(c.req.url);
    const address = addressOf(searchParams.get('path') ?? '', searchParams);
    return address ? viewStream(c, shown, address, clock) : c.json({ error: 'There is nothing at this address.' }, 404);
  });
  app.post('/api/actions', bodyLimit({ maxSize: MOST_JSON_BYTES }), async (c) => {
    if (!shown.about.canChange)
      throw new RefusedActionError('Nothing can be changed here: it was started without --write.');
    const parsed = actionSchema.safeParse(await c.req.json().catch(() => undefined));
    if (parsed.success) return c.json(await shown.act(parsed.data));
    const { path = [], message = '' } = parsed.error.issues[0] ?? {};
    return c.json({ error: `There is no such action: ${path.join('.')} ${message}` }, 400);
  });
  app.post('/api/files', bodyLimit({ maxSize: MOST_FILE_BYTES }), async (c) => {
    const name = (c.req.query('name') ?? '').split(/[/\\]/).at(-1) ?? '';
    if (!/^[^\r\n]{1,200}$/.test(name)) return c.json({ error: 'A file needs a name of 1 to 200 characters.' }, 400);
    if (!shown.take || !shown.about.canChange) throw new RefusedActionError('Files are not taken here.');
    return c.json(await shown.take(name, new Uint8Array(await c.req.arrayBuffer())));
  });
  app.get('/api/documents/:id/:part', async (c) => {
    const part = CONTENT_PARTS.find((candidate) => candidate === c.req.param('part'));
    const content = part && (await shown.content?.(c.req.param('id'), part));
    if (part === undefined || content === undefined) return c.json({ error: 'There is no such content.' }, 404);
    const { body, headers } = servedContent(content, part, (c.req.query('look') ?? 'text') as Look);
    return new Response(typeof body === 'string' ? body : new Uint8Array(body), { headers });
  });
  app.all('/api/*', (c) => c.json({ error: 'There is nothing at this address.' }, 404));

  let bundled: Promise<readonly PageFile[]> | undefined;
  app.get('/assets/icon.svg', (c) => c.body(ICON_SVG, 200, { 'Content-Type': 'image/svg+xml' }));
  app.get('/assets/*', async (c) => {
    bundled ??= files();
    const file = (await bundled).find(({ path }) => path === c.req.path);
    if (file === undefined) return c.text('There is nothing here.', 404);
    c.header('ETag', file.etag);
    c.header('Cache-Control', 'no-cache');
    if (c.req.header('if-none-match') === file.etag) return c.body(null, 304);
    return c.body(new Uint8Array(file.bytes), 200, { 'Content-Type': file.type });
  });
  app.get('/', (c) => c.html(PAGE_HTML));
  app.get('/:place/*', (c) => {
    return addressOf(c.req.path, new URLSearchParams()) ? c.html(PAGE_HTML) : c.text('There is nothing here.', 404);
  });
  return app;
}
