import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUNDLE_FILE, bundleHandlerIfChanged } from '../bundle.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../local/temporary-folder.ts';
import { UsageError } from './command-line.ts';

const root = path.join(import.meta.dirname, '..');

/** The account that calls the service from this machine. */
export const CALLER = 'caller@local-project.iam.gserviceaccount.com';

/** What the stack is synthesised with here. Everything else is as in a deployment with nothing set. */
const LOCAL_SETTINGS = { GCP_PROJECT_ID: 'local-project', STATE_BUCKET: '' };

export interface SynthesisedStack extends AsyncDisposable {
  readonly name: string;
  /** The Terraform JSON. */
  readonly stackFile: string;
}

interface SynthesisOptions {
  /** @default the environment of this process */
  readonly environment?: NodeJS.ProcessEnv;
  /** Takes what is done from now on, as the first time takes long. @default nobody wants to know */
  readonly onStep?: (step: string) => void;
}

/**
 * Bundles the handler and synthesises the real stack, by the same `main.ts` that `cdktf deploy` runs, into a temporary folder
 * that is removed on disposal. Settings of the stack in the environment (MAX_ATTEMPTS, CONCURRENCY…) count here as well.
 *
 * @throws UsageError with what `main.ts` complained about, or when the stack needs what is not on this machine
 */
export async function synthesiseForThisMachine({
  environment = process.env,
  onStep = () => {},
}: SynthesisOptions = {}): Promise<SynthesisedStack> {
  if (environment.EXTRACTION_SCHEMA_FILE && !environment.GOOGLE_VERTEX_BASE_URL) {
    throw new UsageError(
      'Extraction asks a model on Vertex AI, which the local Google does not have: set GOOGLE_VERTEX_BASE_URL to a server ' +
        'that answers in its place, or leave EXTRACTION_SCHEMA_FILE empty.',
    );
  }
  onStep('Bundling the handler…');
  await bundleHandlerIfChanged(BUNDLE_FILE, { processing: environment.PROCESSING_MODULE || undefined });
  const { path: folder, remove } = temporaryFolder();
  const dispose = async () => remove();
  try {
    // Beside those that the developer names, so that a name which breaks a rule is found here, not at the deployment.
    const CALLERS = [environment.CALLERS, `serviceAccount:${CALLER}`].filter(Boolean).join(',');
    const output = {
      CALLERS,
      CDKTF_OUTDIR: folder,
      NODE_COMPILE_CACHE: path.join(root, 'dist', 'compile-cache'),
    };
    onStep('Synthesising the stack…');
    await run('main.ts', { ...environment, ...LOCAL_SETTINGS, ...output });
    const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest;
    const [stack] = Object.values(manifest.stacks);
    if (stack === undefined) throw new Error('main.ts synthesised no stack.');
    return {
      name: stack.name,
      stackFile: path.join(folder, stack.synthesizedStackPath),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function temporaryFolder(): TemporaryFolder {
  try {
    return makeTemporaryFolder('document-processing-');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `Cannot write to the temporary folder ${tmpdir()} (${code}): set TMPDIR to one that can be written.`,
    );
  }
}

interface Manifest {
  readonly stacks: Record<string, { readonly name: string; readonly synthesizedStackPath: string }>;
}

function run(script: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, ['--no-warnings', script], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new UsageError(complaints.trim() || `${script} ended with ${code}`)),
    );
  });
}
