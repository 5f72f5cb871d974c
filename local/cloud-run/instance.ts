import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../time/clock.ts';
import { LOOPBACK } from '../listen.ts';
import { residentBytes, watchMemory } from './instance-memory.ts';
import type { StartupProbe } from './run-service.ts';

/** Milliseconds from SIGTERM to SIGKILL (reference: "Container runtime contract"). */
const TERMINATION_GRACE_MS = 10_000;

/** Milliseconds between two looks at an instance that starts: far shorter than a probe's period, so that no start waits for it. */
const LOOK_EVERY_MS = 25;

/** Cloud Run's window for a container without a startup probe, in seconds. */
const DEFAULT_START_WINDOW_SECONDS = 240;

export interface InstanceOptions {
  /** Program and arguments; `node` is the Node that runs this. */
  readonly command: readonly string[];
  /** The whole environment but for PORT. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folder that it works in. */
  readonly folder: string;
  readonly probe: StartupProbe | undefined;
  /** Memory above which it is killed, in bytes. @default as much as there is */
  readonly memoryBytes?: number | undefined;
  /** Takes each line that the instance writes, and what Cloud Run writes of it, with the id of its process. */
  readonly onLine: (line: string, pid?: number) => void;
}

/** Processes that must not outlive this one. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) killGroup(child, 'SIGKILL');
});

/** One instance of the service: a process that listens on a port of its own. */
export class ServiceInstance {
  readonly port: number;
  /** Connections to it, kept open between requests. Never the built-in fetch, which gives up after 300 s without an answer. */
  readonly agent = new Agent({ keepAlive: true });
  /** Settles when the process has ended, with how: `exit code 1`, `SIGKILL`… */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      // As a container ends with its first process, so does all that the process started.
      child.once('exit', () => killGroup(child, 'SIGKILL'));
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    running.add(child);
    void this.exited.then(() => {
      running.delete(child);
      this.agent.destroy();
    });
  }

  /** Id of the process. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Starts a process and waits until its startup probe succeeds.
   *
   * The probe's window counts, `initialDelay + period * failureThreshold`; within it the instance is looked at more often than each period.
   *
   * @throws Error when the process ends or the window closes before
   */
  static async start(options: InstanceOptions): Promise<ServiceInstance> {
    const { command, environment, folder, probe, memoryBytes, onLine } = options;
    const port = await freePort();
    const [program = '', ...args] = command;
    const child = spawn(program === 'node' ? process.execPath : program, args, {
      cwd: folder,
      env: { ...environment, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C reaches the local Google alone, which then ends its instances in order.
      detached: true,
    });
    endWithParent(child);
    const instance = new ServiceInstance(child, port);
    if (memoryBytes !== undefined) instance.#limitMemory(memoryBytes, onLine);
    let lastLine = '';
    const lines = [child.stdout, child.stderr].flatMap((input) => (input === null ? [] : createInterface({ input })));
    for (const input of lines) {
      input.on('line', (line) => {
        if (!AFTER_AN_ERROR.test(line)) lastLine = line;
        onLine(line, child.pid);
      });
    }
    const allSaid = Promise.all(lines.map((input) => once(input, 'close')));

    const failure = await instance.#whyNotReady(probe);
    if (failure !== undefined) {
      await instance.stop(0);
      await allSaid;
      const lastWords = lastLine === '' ? '' : ` It said last: ${messageOf(lastLine)}`;
      throw new Error(`The container did not start: ${failure}.${lastWords}`);
    }
    return instance;
  }

  /** Takes its CPU. Kept connections go, as it could not say meanwhile that it gives one up. */
  pause(): void {
    this.agent.destroy();
    killGroup(this.#child, 'SIGSTOP');
  }

  /** Gives its CPU back. */
  resume(): void {
    killGroup(this.#child, 'SIGCONT');
  }

  /**
   * SIGTERM, then SIGKILL for all of the process's group.
   *
   * @param graceMs milliseconds between the two
   */
  async stop(graceMs: number = TERMINATION_GRACE_MS): Promise<void> {
    killGroup(this.#child, graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
    this.resume();
    const kill = setTimeout(() => killGroup(this.#child, 'SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(kill);
  }

  #limitMemory(limitBytes: number, onLine: InstanceOptions['onLine']): void {
    const measure = async () => this.pid && residentBytes(this.pid);
    const onExceeded = (message: string) => {
      onLine(message, this.pid);
      killGroup(this.#child, 'SIGKILL');
    };
    // Real time, as a real process allocates.
    void this.exited.then(watchMemory({ limitBytes, measure, clock: systemClock, onExceeded }));
  }

  /** Real time, not a clock's: what starts is a real process. */
  async #whyNotReady(probe: StartupProbe | undefined): Promise<string | undefined> {
    const windowSeconds =
      probe === undefined
        ? DEFAULT_START_WINDOW_SECONDS
        : probe.initial_delay_seconds + probe.period_seconds * probe.failure_threshold;
    const end = Date.now() + windowSeconds * 1000;
    const ended = this.exited.then((how) => `it ended before it was ready (${how})`);
    while (Date.now() < end) {
      const answer = await Promise.race([ended, isReady(this.port, probe)]);
      if (typeof answer === 'string') return answer;
      if (answer) return undefined;
      await delay(LOOK_EVERY_MS);
    }
    return `its startup probe did not succeed within ${windowSeconds} s`;
  }
}

/** What Node prints after the line that says what was thrown: the stack, the error's properties, its own version. */
const AFTER_AN_ERROR = /^(\s|[}\]]|Node\.js v|$)/;

/** What a line of a log says: its `message` where it is structured, as Cloud Logging reads it, else the line itself. */
function messageOf(line: string): string {
  try {
    return String((JSON.parse(line) as { message?: unknown }).message ?? line);
  } catch {
    return line;
  }
}

/** Whether the instance answers its probe with 200 to 399; without an HTTP probe, whether it listens. */
async function isReady(port: number, probe: StartupProbe | undefined): Promise<boolean> {
  if (probe?.http_get === undefined) {
    const socket = connect(port, LOOPBACK);
    const connected = once(socket, 'connect').then(
      () => true,
      () => false,
    );
    return connected.finally(() => socket.destroy());
  }
  const { path } = probe.http_get;
  return new Promise((resolve) => {
    const request = get({ host: LOOPBACK, port, path, agent: false, timeout: probe.timeout_seconds * 1000 });
    request.on('response', (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve(statusCode >= 200 && statusCode < 400);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
  });
}

/** Ends a process and all that it started; nothing happens when they have ended. */
function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Reads the id of a group and waits for the end of its input, which comes however its writer ends: even after a `kill -9`. */
const KILL_AT_THE_END = 'read -r group && { read -r _; kill -KILL "-$group"; }';

/**
 * Ends a process's group as soon as this process has ended, however that came about. A process of its own sees to it, since one
 * that stands still can do nothing by itself.
 */
function endWithParent(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const guard = spawn('/bin/sh', ['-c', KILL_AT_THE_END], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // It has nothing to do any more: neither to end what has ended, nor to keep this process.
  child.once('exit', () => guard.kill('SIGKILL'));
  for (const part of [guard, guard.stdin]) part.on('error', () => {});
  guard.unref();
  guard.stdin.write(`${child.pid}\n`);
}
