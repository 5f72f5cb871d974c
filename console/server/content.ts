import MarkdownIt from 'markdown-it';
import type { Content, ContentPart } from '../shown.ts';

/** Raw HTML stays text, and links lead only where a document may lead: markdown-it's own rules. */
const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable('image');

/** Bytes of a text that are shown. */
const MOST_TEXT = 2_000_000;

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:1rem;overflow-wrap:break-word}
table{border-collapse:collapse}td,th{border:1px solid #8886;padding:.2rem .5rem;text-align:left}pre,code{font:13px ui-monospace,monospace}
pre{white-space:pre-wrap}h1{font-size:1.35rem}h2{font-size:1.15rem}h3{font-size:1rem}hr{border:0;border-top:1px solid #8886}`;

/** What a document is made of is never trusted: no script, no form, no request, an origin of its own. */
const NOTHING =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

export type Look = 'rendered' | 'text' | 'download';

/** A content as it is served, with headers that let it do nothing. */
export interface Served {
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param look rendered: Markdown as a page, a PDF by the browser's viewer; the rest as text, or to be saved */
export function servedContent({ bytes, filename }: Content, part: ContentPart, look: Look): Served {
  const sandboxed = `${NOTHING}; sandbox`;
  if (look === 'download') {
    const name = encodeURIComponent(
      part === 'source' ? filename : `${filename}.${part === 'markdown' ? 'md' : 'json'}`,
    );
    const disposition = `attachment; filename*=UTF-8''${name}`;
    return served(bytes, 'application/octet-stream', sandboxed, { 'Content-Disposition': disposition });
  }
  if (look === 'rendered' && part === 'markdown') {
    return served(markdownPage(Buffer.from(bytes).toString()), 'text/html; charset=utf-8', sandboxed);
  }
  // The browser's viewer is no page of this origin; in a sandbox it does not start.
  if (look === 'rendered' && isPdf(bytes)) return served(bytes, 'application/pdf', NOTHING);
  const text = isText(bytes) ? Buffer.from(bytes.subarray(0, MOST_TEXT)).toString() : NOT_TEXT;
  return served(text, 'text/plain; charset=utf-8', sandboxed);
}

const NOT_TEXT = 'It is no text, and no PDF: save it to look at it.';

function served(body: string | Uint8Array, type: string, policy: string, more: Record<string, string> = {}): Served {
  // Shown in a frame of the console's page, and of no other.
  const headers = { 'Content-Type': type, 'Content-Security-Policy': policy, 'X-Frame-Options': 'SAMEORIGIN' };
  return { body, headers: { ...headers, ...more } };
}

/** The handler's marks of pages become rules, and its line breaks in cells are some; every other tag stays text. */
export function markdownPage(text: string): string {
  const marked = text.slice(0, MOST_TEXT).replace(/^<!-- (?:page|slide|sheet) (.{1,80}?) -->$/gm, '---');
  const html = markdown.render(marked).replaceAll('&lt;br&gt;', '<br>');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Markdown</title><style>${STYLE}</style><body>${html}</body></html>`;
}

function isPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 1024)).includes('%PDF-');
}

function isText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, 8000).includes(0);
}
