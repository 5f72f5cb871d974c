import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BUNDLE_FILE } from '../bundle.ts';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { complaintsOf, endProcess, residentMegabytes, spawnNode } from './node-process.ts';

const HOST = '127.0.0.1';
const BARE_SERVER = path.join(import.meta.dirname, 'bare-server.mjs');
const BASELINE_NAME = 'bare node:http server';
/** A server that is still silent then has failed. */
const PATIENCE_MILLISECONDS = 20_000;

interface Start {
  /** From the start of the process to its first 200 on /health. */
  readonly milliseconds: number;
  /** Resident memory after that answer. */
  readonly megabytes: number;
}

/** Start of the bundle and its memory, against the least that answers HTTP: as on a new instance, without a compile cache. */
export const coldStart: Measurement = {
  name: 'cold-start',
  async measure({ runs, signal }) {
    await using folder = await scratchFolder('bench-');
    const { bundle, bare } = await interleave(runs, {
      bundle: () => startOf(BUNDLE_FILE, folder.path, signal),
      bare: () => startOf(BARE_SERVER, folder.path, signal),
    });
    return [
      {
        what: 'cold start to /health',
        baselineName: BASELINE_NAME,
        unit: 'ms',
        measured: median(bundle.map(({ milliseconds }) => milliseconds)),
        baseline: median(bare.map(({ milliseconds }) => milliseconds)),
        aim: { timesBaseline: 2 },
      },
      {
        what: 'resident memory then',
        baselineName: BASELINE_NAME,
        unit: 'MB',
        measured: median(bundle.map(({ megabytes }) => megabytes)),
        baseline: median(bare.map(({ megabytes }) => megabytes)),
        aim: { timesBaseline: 1.6 },
      },
    ];
  },
};

/** Starts a server in a fresh process, and ends it once it has answered. */
export async function startOf(file: string, cwd: string, signal: AbortSignal): Promise<Start> {
  const port = await freePort();
  const environment = { HOST, PORT: String(port), NODE_DISABLE_COMPILE_CACHE: '1' };
  const started = performance.now();
  const child = spawnNode([file], { environment, cwd, signal });
  const complaints = complaintsOf(child);
  const over = new AbortController();
  const closed = once(child, 'close').then(([code, by]) => {
    throw new Error(`${path.basename(file)} ended with ${code ?? by} before it answered: ${complaints()}`);
  });
  const patience = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  try {
    await Promise.race([closed, untilHealthy(port, AbortSignal.any([over.signal, patience]))]);
    const milliseconds = performance.now() - started;
    return { milliseconds, megabytes: await residentMegabytes(child.pid as number) };
  } catch (error) {
    if (!patience.aborted) throw error;
    const seconds = PATIENCE_MILLISECONDS / 1000;
    throw new Error(`${path.basename(file)} gave no 200 on /health within ${seconds} s: ${complaints()}`);
  } finally {
    over.abort();
    closed.catch(() => {});
    await endProcess(child);
  }
}

/** Asks again every millisecond, on a connection of its own each time, until the answer is 200. */
async function untilHealthy(port: number, signal: AbortSignal): Promise<void> {
  while ((await healthStatus(port, signal)) !== 200) await pause(1, undefined, { signal });
}

/** Undefined while nothing listens. */
function healthStatus(port: number, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ host: HOST, port, path: '/health', agent: false, signal }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', (error) => (signal.aborted ? reject(error) : resolve(undefined)));
  });
}

/** A port that the system has just found free. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
