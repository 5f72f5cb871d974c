import { createHash } from 'node:crypto';
import path from 'node:path';
import { build } from 'esbuild';

/** A file that the page needs. */
export interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Of its content: changes with it. */
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };

/** Bundles the page: one script, one stylesheet, nothing from elsewhere. */
export async function bundlePage(): Promise<PageFile[]> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, '..', 'page', 'console.tsx')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: '/assets',
    write: false,
    legalComments: 'none',
  });
  return outputFiles.map(({ path: file, contents }) => ({
    path: `/assets/${path.basename(file)}`,
    type: `${TYPES[path.extname(file)]}; charset=utf-8`,
    bytes: contents,
    etag: `"${createHash('sha256').update(contents).digest('base64url').slice(0, 20)}"`,
  }));
}

/** What every address of the page is served: all of it is done by the script. */
export const PAGE_HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Console</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/console.css">
<script type="module" src="/assets/console.js"></script>
<body><noscript>The console needs JavaScript.</noscript></body>
</html>
`;

/** A page with a corner turned down. */
export const ICON_SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#2563a8" d="M7 2h12l7 7v19a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z"/><path fill="#fff" d="M19 2v7h7z" opacity=".5"/><path stroke="#fff" stroke-width="2.4" fill="none" d="m10 19 4 4 8-9"/></svg>`;
