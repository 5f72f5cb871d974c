import { type SynthesisedStack, synthesiseForThisMachine } from '../../cli/synthesise.ts';
import { LocalHooks } from '../../console/local/local-hooks.ts';
import { LocalShown } from '../../console/local/local-shown.ts';
import { type RunningConsole, startConsole } from '../../console/server/start-console.ts';
import { PROJECT_NUMBER } from '../../local/iam-roles.ts';
import { type LocalGoogle, startLocalGoogle } from '../../local/local-google.ts';
import { TerraformStack } from '../../local/terraform-stack.ts';
import { systemClock } from '../../time/clock.ts';

const TOKEN = 'the-launch-token-of-these-tests';

/** The real stack on a local Google, with its console. */
export class LocalSystem {
  readonly google: LocalGoogle;
  readonly #stack: SynthesisedStack;
  readonly #hooks: LocalHooks;
  #console: RunningConsole | undefined;

  private constructor(google: LocalGoogle, stack: SynthesisedStack, hooks: LocalHooks) {
    this.google = google;
    this.#stack = stack;
    this.#hooks = hooks;
  }

  /** @param settings of the stack, as variables of its environment. @default as a deployment with nothing set */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<LocalSystem> {
    const stack = await synthesiseForThisMachine({ environment: { ...process.env, ...settings } });
    const hooks = new LocalHooks(systemClock);
    const also = { onLog: () => {}, onAttempt: () => {} };
    const google = await startLocalGoogle({ stackFile: stack.stackFile, ...hooks.hooks(also) });
    hooks.watch(google);
    return new LocalSystem(google, stack, hooks);
  }

  /** @param port to be found again at. @default any free one */
  async startConsole(port = 0): Promise<RunningConsole> {
    const { google } = this;
    const stack = TerraformStack.read(this.#stack.stackFile, { variables: {}, projectNumber: PROJECT_NUMBER });
    const shown = new LocalShown({
      google,
      hooks: this.#hooks,
      stack,
      stackName: this.#stack.name,
      clock: systemClock,
    });
    this.#console = await startConsole({ shown, launchToken: TOKEN, port, clock: systemClock });
    return this.#console;
  }

  async close(): Promise<void> {
    await this.#console?.close();
    await this.google.close();
    await this.#stack[Symbol.asyncDispose]();
  }
}
