import { spawn } from 'node:child_process';
import { LocalHooks } from '../console/local/local-hooks.ts';
import { LocalShown } from '../console/local/local-shown.ts';
import { newLaunchToken } from '../console/server/session.ts';
import { type RunningConsole, startConsole } from '../console/server/start-console.ts';
import { PROJECT_NUMBER } from '../local/iam-roles.ts';
import type { LocalGoogle } from '../local/local-google.ts';
import { TerraformStack } from '../local/terraform-stack.ts';
import { systemClock } from '../time/clock.ts';
import { keptToken } from './console-token.ts';
import type { SynthesisedStack } from './synthesise.ts';

/** The console of a local Google. Its hooks come first: what the Google is started with. */
export class LocalConsole {
  readonly hooks = new LocalHooks(systemClock);

  /**
   * @param data folder of the local Google's data: the page stays open across its restarts
   * @throws PortInUseError when another process has the port
   */
  async start(
    google: LocalGoogle,
    { stackFile, name }: SynthesisedStack,
    { port, data }: { port: number; data?: string | undefined },
  ): Promise<RunningConsole> {
    this.hooks.watch(google);
    const stack = TerraformStack.read(stackFile, { variables: {}, projectNumber: PROJECT_NUMBER });
    const shown = new LocalShown({ google, hooks: this.hooks, stack, stackName: name, clock: systemClock });
    const launchToken = data === undefined ? newLaunchToken() : await keptToken(data);
    return startConsole({ shown, launchToken, port, clock: systemClock });
  }
}

/** Opens an address in the browser; where there is none, the address is printed all the same. */
export function openInBrowser(url: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(program, [url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
