import { Hono } from 'hono';
import type { EmulatorShown } from '../console/emulator/emulator-shown.ts';
import { newLaunchToken } from '../console/server/session.ts';
import { systemClock } from '../time/clock.ts';
import { keptToken } from './console-token.ts';

/**
 * The console on the emulator's own port. What serves it is loaded when somebody opens it: an emulator that nobody watches starts and
 * works without it.
 */
export class EmulatorConsole {
  readonly app = new Hono();
  readonly #shown: EmulatorShown;
  #launchToken = newLaunchToken();
  #loading: Promise<Hono> | undefined;

  constructor(shown: EmulatorShown) {
    this.#shown = shown;
    this.app.all('*', async (c) => {
      this.#loading ??= this.#load();
      return (await this.#loading).fetch(c.req.raw, c.env);
    });
  }

  /**
   * The emulator has started, in its folder.
   *
   * @param data the folder: the page stays open across its restarts
   * @returns the launch token
   */
  async open(data: string | undefined): Promise<string> {
    if (data !== undefined) this.#launchToken = await keptToken(data);
    return this.#launchToken;
  }

  async #load(): Promise<Hono> {
    const { consoleApp } = await import('../console/server/console-app.ts');
    const { bundlePage } = await import('../console/server/page-bundle.ts');
    const options = { shown: this.#shown, launchToken: this.#launchToken, files: bundlePage, clock: systemClock };
    return consoleApp(options);
  }
}
