import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { makePdf } from '../../../../bench/documents/make-pdf.ts';
import type { Conversion, ConvertOptions, SourceDocument } from '../../../../documents/conversion/converter.ts';
import { createDoclingConverter } from '../../../../documents/conversion/docling/docling-converter.ts';
import { type RunningServer, serve } from '../../../../local/listen.ts';
import type { Clock, TimerHandle } from '../../../../time/clock.ts';
import { utf8 } from '../local-conversion.ts';

type Call = Context<{ Bindings: HttpBindings }>;
/** What the server does about a request. */
export type Reply = (call: Call) => Response | Promise<Response>;

/** What is replied to the successive requests of each route; the last reply stays. */
export interface Replies {
  readonly version: Reply | readonly Reply[];
  readonly submit: Reply | readonly Reply[];
  readonly poll: Reply | readonly Reply[];
  readonly result: Reply | readonly Reply[];
}

export const TASK_ID = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';

/** A docling-serve that does as it is told, in the shapes that docling-serve 1.38 publishes (its `/openapi.json`). */
export interface DoclingServer extends RunningServer {
  readonly url: string;
  /** `POST /v1/convert/file/async`, in the order they came. */
  readonly requests: readonly string[];
  /** The form of each document that was handed in. */
  readonly forms: readonly FormData[];
}

export async function startDoclingServer(replies: Partial<Replies> = {}): Promise<DoclingServer> {
  const requests: string[] = [];
  const forms: FormData[] = [];
  const count = new Map<keyof Replies, number>();
  const reply = (route: keyof Replies) => async (call: Call) => {
    const { search, pathname } = new URL(call.req.url);
    requests.push(`${call.req.method} ${pathname}${search}`);
    const inOrder = [replies[route] ?? DEFAULTS[route]].flat();
    const index = count.get(route) ?? 0;
    count.set(route, index + 1);
    return (inOrder[Math.min(index, inOrder.length - 1)] as Reply)(call);
  };
  const app = new Hono<{ Bindings: HttpBindings }>()
    .get('/version', reply('version'))
    .post('/v1/convert/file/async', async (call) => {
      if (replies.submit === undefined) forms.push(await call.req.formData());
      return reply('submit')(call);
    })
    .get('/v1/status/poll/:id', reply('poll'))
    .get('/v1/result/:id', reply('result'));
  const server = await serve(app as never, { port: 0, what: 'docling-serve', option: 'nothing' });
  return { ...server, url: `http://${server.host}`, requests, forms };
}

/** A PDF of several pieces on its way, with bytes in it that end a part of a form. */
export const pdf: SourceDocument = {
  bytes: Buffer.concat([makePdf([[]]), utf8('\r\n--x--\r\n\r\n'.repeat(10_000))]),
  filename: 'Secret plan.bin',
};

/** The docling-serve of each test of a file, which ends with the test. */
export class DoclingOfTest {
  #server: DoclingServer | undefined;

  get server(): DoclingServer {
    if (this.#server === undefined) throw new Error('The test has not started its docling-serve.');
    return this.#server;
  }

  /** The PDF that was handed in, or what was in its place. */
  get file(): File {
    return this.server.forms[0]?.get('files') as File;
  }

  async start(replies: Partial<Replies> = {}): Promise<DoclingServer> {
    this.#server = await startDoclingServer(replies);
    return this.#server;
  }

  async end(): Promise<void> {
    await this.#server?.close();
  }

  /** Converts by a docling-serve that replies so, on a clock on which nothing takes long. */
  async convert(
    replies: Partial<Replies> = {},
    options: Partial<ConvertOptions> = {},
    source: SourceDocument = pdf,
  ): Promise<Conversion> {
    await this.start(replies);
    return this.converter().convert(source, { ...OPTIONS, ...options });
  }

  converter(clock: Clock = new HastyClock()) {
    return createDoclingConverter({ url: this.server.url, timeoutSeconds: 397, clock });
  }
}

export const OPTIONS = {
  signal: new AbortController().signal,
  ocr: 'auto',
  method: 'docling',
} as const satisfies ConvertOptions;

/** `TaskStatusResponse` */
export function task(task_status: string, rest: object = {}): Reply {
  const position = task_status === 'pending' ? 1 : null;
  return json({
    task_id: TASK_ID,
    task_type: 'convert',
    task_status,
    task_position: position,
    task_meta: null,
    error_message: null,
    failure: null,
    ...rest,
  });
}

/** `ConvertDocumentResponse` */
export function converted(rest: { status?: string; document?: object; errors?: object[] } = {}): Reply {
  const { document, ...others } = rest;
  return json({
    document: {
      filename: 'document.pdf',
      md_content: '## Report\n\nFirst page.',
      json_content: doclingDocument({ 1: ['Report', 'First page.'] }),
      html_content: null,
      text_content: null,
      doctags_content: null,
      ...document,
    },
    status: 'success',
    errors: [],
    processing_time: 1.5,
    timings: {},
    confidence: null,
    ...others,
  });
}

/** `ErrorItem` */
export function errorItem(error_message: string, rest: object = {}) {
  return { component_type: 'pipeline', module_name: 'StandardPdfPipeline', error_message, page_no: null, ...rest };
}

/** `DoclingDocument`: the texts of each page, a page without any being blank, and a footer on every page. */
export function doclingDocument(pages: Readonly<Record<number, readonly string[]>>) {
  const numbers = Object.keys(pages).map(Number);
  const item = (text: string, page_no: number, content_layer: string) => ({
    self_ref: '#/texts/0',
    parent: { $ref: '#/body' },
    children: [],
    content_layer,
    label: content_layer === 'body' ? 'text' : 'page_footer',
    prov: [
      { page_no, bbox: { l: 72, t: 720, r: 300, b: 700, coord_origin: 'BOTTOMLEFT' }, charspan: [0, text.length] },
    ],
    orig: text,
    text,
  });
  return {
    schema_name: 'DoclingDocument',
    version: '1.8.0',
    name: 'document',
    pages: Object.fromEntries(numbers.map((page_no) => [page_no, { size: { width: 595, height: 842 }, page_no }])),
    texts: numbers.flatMap((page) => [
      ...(pages[page] ?? []).map((text) => item(text, page, 'body')),
      item(`Page ${page}`, page, 'furniture'),
    ]),
    tables: [],
    pictures: [],
    key_value_items: [],
    form_items: [],
  };
}

export function json(body: object, status = 200, headers: Record<string, string> = {}): Reply {
  return (call) => call.json(body, status as 200, headers);
}

/** Half of an answer, then the end of the connection. */
export const brokenOff: Reply = ({ env: { outgoing } }) => {
  outgoing.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
  outgoing.write('{"task_id":', () => outgoing.destroy());
  return RESPONSE_ALREADY_SENT;
};

const DEFAULTS: Replies = {
  version: json({ 'docling-serve': '1.38.2', docling: '2.143.0', python: 'cpython-312 (3.12.12)' }),
  submit: task('pending'),
  poll: [task('pending'), task('started'), task('success')],
  result: converted(),
};

/** A clock on which every wait is over at once, and has taken its time nevertheless. */
export class HastyClock implements Clock {
  #now = 0;
  readonly waits: number[] = [];

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): TimerHandle {
    // The limit on silence is longer than any wait, and must not fire here.
    if (ms >= 120_000) return { timer: undefined };
    this.waits.push(ms);
    const timer = setImmediate(() => {
      this.#now += Math.max(0, ms);
      fn();
    });
    return { timer };
  }

  clearTimeout({ timer }: TimerHandle): void {
    clearImmediate(timer as NodeJS.Immediate);
  }
}
