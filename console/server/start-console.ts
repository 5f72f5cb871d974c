import { type RunningServer, serve } from '../../local/listen.ts';
import type { Clock } from '../../time/clock.ts';
import type { Shown } from '../shown.ts';
import { consoleApp } from './console-app.ts';
import { bundlePage } from './page-bundle.ts';

export interface ConsoleOptions {
  readonly shown: Shown;
  readonly launchToken: string;
  /** Port on the loopback address, 0 for any free one. */
  readonly port: number;
  readonly clock: Clock;
}

/** A console that answers. */
export interface RunningConsole extends RunningServer {
  /** With the launch token in its fragment, which no server and no log gets to see. */
  readonly url: string;
}

/**
 * Bundles the page and serves it on the loopback address, out of reach of other machines and other pages.
 *
 * @throws PortInUseError when another process has the port
 */
export async function startConsole({ shown, launchToken, port, clock }: ConsoleOptions): Promise<RunningConsole> {
  const bundled = bundlePage();
  const app = consoleApp({ shown, launchToken, files: () => bundled, clock });
  await bundled;
  const { host, close } = await serve(app, { port, what: 'the console', option: '--port' }, clock);
  return { host, url: `http://${host}/#token=${launchToken}`, close };
}
