/**
 * Bundles the handler into the one file that is deployed and that the local Google runs: `dist/handler.mjs`.
 *
 * One file, as a new instance starts for a document that waits: each further file is a call more to the mounted bucket before that
 * document is done. What a start does not need (Google's clients, the conversion's thread) is in it as packed scripts: V8 skips over
 * a string, where it would parse code. Files beside it, by esbuild's code splitting or one a package, were measured: 2 to 6 % quicker
 * to the first answer from a local disk, which the calls for them would use up.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import zlib from 'node:zlib';
import { type BuildOptions, type BuildResult, build, type Plugin } from 'esbuild';
import { PACKAGE_FOLDER } from './package-folder.ts';

const root = import.meta.dirname;
/** That of the source, or of what was built of it. */
const extension = path.extname(import.meta.filename);

/** Where `npm run bundle` writes and the stack reads. */
export const BUNDLE_FILE = path.join(PACKAGE_FOLDER, 'dist', 'handler.mjs');

export interface BundleOptions {
  /** Module with processing of one's own, from the working folder. @default handler/processing.ts */
  readonly processing?: string | undefined;
  /** What to bundle. @default handler/main.ts */
  readonly entryPoint?: string;
  /** Whether it can convert; without, only measurements want it. @default true */
  readonly converters?: boolean;
}

/**
 * Writes the bundle: the same bytes for the same source, wherever the project and its packages lie.
 *
 * @param file where to. @default dist/handler.mjs
 * @throws Error when the module with processing is not there, the source does not bundle, or Node is older than 22.15; the error says why
 */
export async function bundleHandler(
  file: string = BUNDLE_FILE,
  { processing, entryPoint = `handler/main${extension}`, converters = true }: BundleOptions = {},
): Promise<void> {
  // Named imports of it would end an older Node's start without a word of this.
  if (zlib.zstdCompressSync === undefined) {
    throw new Error(`Bundling needs Node 22.15 or later; received ${process.version}: run it with a newer one.`);
  }
  const begun = Date.now();
  const inputs = new Set(extension === '.ts' ? ['bundle.ts', 'tsconfig.json'] : [`bundle${extension}`]);
  const own = processing === undefined ? [] : [ownProcessing(processing)];
  const worker = converters ? await packedWorker(inputs) : '';
  await mkdir(path.dirname(file), { recursive: true });
  const result = await build({
    ...shared,
    entryPoints: [entryPoint],
    format: 'esm',
    // Its names are those of the source, for stack traces in the log. esbuild's `keepNames` beside short ones, a call for each function,
    // takes a start 4 ms and 2 MB.
    minifyIdentifiers: false,
    plugins: [...own, packedPackages(inputs)],
    define: { CONVERSION_WORKER_SOURCE: JSON.stringify(worker) },
    // CommonJS packages inside the ES module need a require of their own for Node's built-in modules.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
  addInputs(inputs, result);
  await writeFile(file, withPathsInPackages(result.outputFiles[0]?.text ?? ''));
  await writeFile(stampOf(file), JSON.stringify({ processing, files: await stateOf(inputs, begun) } satisfies Stamp));
}

/**
 * Writes the bundle, unless it is there and nothing that it was made of has changed: no file of the handler, none of its packages.
 *
 * @throws as {@link bundleHandler}
 */
export async function bundleHandlerIfChanged(
  file: string = BUNDLE_FILE,
  { processing }: Pick<BundleOptions, 'processing'> = {},
): Promise<void> {
  try {
    await stat(file);
    const before = JSON.parse(await readFile(stampOf(file), 'utf8')) as Stamp;
    const isSame = before.processing === processing;
    if (isSame && isDeepStrictEqual(await stateOf(Object.keys(before.files)), before.files)) return;
  } catch {
    // The bundle, its stamp or a file that it was made of is not there.
  }
  await bundleHandler(file, { processing });
}

/** A module that is evaluated later is named by its path, which for a package's is not the same everywhere. */
function withPathsInPackages(bundle: string): string {
  return bundle.replaceAll(/(__(?:commonJS|esm)\(\{")[^"]*\/(?=node_modules\/)/g, '$1');
}

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  write: false,
  legalComments: 'none',
  metafile: true,
  // Its errors are thrown as well, and reported by whoever called.
  logLevel: 'silent',
} satisfies BuildOptions;

// --- Processing of one's own

/** The handler's import of its processing leads to a module of one's own, whose import of this package to the handler's own files. */
function ownProcessing(processing: string): Plugin {
  const module = path.resolve(processing);
  if (!existsSync(module)) {
    throw new Error(
      `Processing of your own is a module that exports processingOf and alwaysExtracts; there is no ${processing}: name its file ` +
        'in PROCESSING_MODULE.',
    );
  }
  return {
    name: 'own-processing',
    setup(builder) {
      const main = path.join(root, 'handler', `main${extension}`);
      builder.onResolve({ filter: /^\.\/processing\.[jt]s$/ }, ({ importer }) =>
        importer === main ? { path: module } : undefined,
      );
      // By its name it could be another copy, whose errors the handler would not know.
      builder.onResolve({ filter: /^cloud-tasks-document-processing\/processing$/ }, () => ({
        path: path.join(root, `processing${extension}`),
      }));
    },
  };
}

// --- Packed scripts

/** The thread that converts documents, as `local-converter.ts` starts it. */
function packedWorker(inputs: Set<string>): Promise<string> {
  const entryPoints = [`documents/conversion/worker${extension}`];
  return packedScript('conversion-worker', { entryPoints, plugins: [packedPackages(inputs)] }, inputs);
}

/**
 * What a package imports when it is first used, packed by itself: within the package's own script it would be the body of a function, which V8 reads
 * through when it compiles the script and once more when it is called. pdf.js is 1.6 MB.
 */
const PACKED_APART = /^unpdf\/pdfjs$/;

/** Turns every dynamic import of a package into a packed script, which is unpacked when the import is first reached. */
function packedPackages(inputs: Set<string>, filter = /^[^./]/): Plugin {
  return {
    name: 'packed-packages',
    setup(builder) {
      builder.onResolve({ filter }, ({ kind, path: name, resolveDir: pluginData }) =>
        kind === 'dynamic-import' && !name.startsWith('node:')
          ? { path: name, namespace: 'packed-package', pluginData }
          : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace: 'packed-package' }, async ({ path: name, pluginData: resolveDir }) => {
        const stdin = { contents: `export * from ${JSON.stringify(name)}`, resolveDir };
        return {
          contents: await packedScript(
            name,
            { stdin, plugins: [googleClients, packedPackages(inputs, PACKED_APART)] },
            inputs,
          ),
          loader: 'js',
        };
      });
    },
  };
}

/**
 * Bundles to a CommonJS script that unpacks itself and runs. What it reads is added to `inputs`. In a conversion's thread it takes
 * what an earlier thread compiled, and leaves its own script where `code-cache.ts` finds it.
 */
async function packedScript(name: string, options: BuildOptions, inputs: Set<string>): Promise<string> {
  const result = await build({
    ...options,
    ...shared,
    format: 'cjs',
    minifyIdentifiers: true,
    // pdf.js and the Cloud Tasks client ask for their own place; in one file they need none.
    define: { 'import.meta.url': '"file:///bundle.cjs"' },
  });
  addInputs(inputs, result);
  const script = result.outputFiles[0]?.contents ?? '';
  const packed = zlib
    .zstdCompressSync(script, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 19 } })
    .toString('base64');
  return `
    const { zstdDecompressSync } = require('node:zlib');
    const { Script } = require('node:vm');
    const cachedData = require('node:worker_threads').workerData?.codeCache?.get('${name}');
    const code = zstdDecompressSync(Buffer.from('${packed}', 'base64')).toString('latin1');
    const script = new Script('(function (module, exports, require) {' + code + '\\n})', { filename: '${name}.cjs', cachedData });
    (globalThis.packedScripts ??= new Map()).set('${name}', script);
    script.runInThisContext()(module, module.exports, require);`;
}

/**
 * The Cloud Tasks client reads three JSON files by a computed path, which no bundler can follow: makes each a static require.
 * It also takes google-gax whole: gives it the REST transport alone (gax's `fallback`, which lacks two names), without gRPC.
 */
const googleClients: Plugin = {
  name: 'google-clients',
  setup(builder) {
    builder.onResolve({ filter: /^google-gax$/ }, async ({ kind, resolveDir, importer }) => {
      const fallback = await builder.resolve('google-gax/fallback', { kind, resolveDir, importer });
      return { path: 'google-gax', namespace: 'gax-rest', pluginData: path.dirname(fallback.path) };
    });
    builder.onLoad({ filter: /.*/, namespace: 'gax-rest' }, ({ pluginData: resolveDir }) => ({
      contents: `
        export * from './fallback.js';
        export * as loggingUtils from 'google-logging-utils';
        export { decodeAnyProtosInArray } from './util.js';`,
      resolveDir,
    }));
    builder.onLoad({ filter: /@google-cloud[\\/]tasks[\\/]build[\\/].*_client\.c?js$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      return { contents: source.replaceAll(/getJSON\(path\.join\(dirname, ('[^)]*')\)\)/g, requireJson), loader: 'js' };
    });
  },
};

function requireJson(_match: string, quotedParts: string): string {
  const parts = quotedParts.split(',').map((part) => part.trim().slice(1, -1));
  return `require(${JSON.stringify(`./${parts.join('/')}`)})`;
}

// --- What a bundle was made of

interface Stamp {
  readonly processing?: string | undefined;
  /** Each file that it was made of, and its state. */
  readonly files: Record<string, string>;
}

const stampOf = (file: string) => `${file}.inputs.json`;

/** Files only: esbuild also lists what plugins and standard input gave it. */
function addInputs(inputs: Set<string>, { metafile }: BuildResult<{ metafile: true }>): void {
  for (const input of Object.keys(metafile.inputs)) if (!/[:<]/.test(input)) inputs.add(input);
}

/** @param begun when the bundle was begun: what has changed since may not be in it */
async function stateOf(files: Iterable<string>, begun = Number.POSITIVE_INFINITY): Promise<Record<string, string>> {
  const states = [...files].map(async (file) => {
    const { mtimeMs, size } = await stat(path.join(root, file));
    return [file, mtimeMs < begun ? `${mtimeMs} ${size}` : 'changed while it was bundled'] as const;
  });
  return Object.fromEntries(await Promise.all(states));
}

// Not awaited: CommonJS could not require a module that waits.
if (import.meta.main) {
  bundleHandlerIfChanged(BUNDLE_FILE, { processing: process.env.PROCESSING_MODULE || undefined }).catch(
    ({ message }) => {
      console.error(message);
      process.exitCode = 1;
    },
  );
}
