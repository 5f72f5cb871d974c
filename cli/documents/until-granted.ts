import { StorageError } from '../../google/object-store.ts';
import { type Clock, sleep } from '../../time/clock.ts';

/** Grants take "typically 2 minutes, potentially 7 minutes or longer" to spread (IAM: "Access change propagation"). */
const PATIENCE_MS = 180_000;
const PAUSE_MS = 10_000;

/** `PERMISSION_DENIED` of google.rpc.Code. */
const PERMISSION_DENIED = 7;

interface GrantWaitOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Takes the line that says why nothing seems to happen. */
  readonly note: (line: string) => void;
  /** Whether it can begin anew: nothing of it was told yet. */
  readonly canRepeat: () => boolean;
}

/**
 * Does work again that Google refuses, for three minutes: after a deployment, grants need a while until they are known everywhere.
 *
 * @throws what the work throws, of a refusal the last one
 */
export async function untilGranted<T>(work: () => Promise<T>, options: GrantWaitOptions): Promise<T> {
  const { clock, signal, note, canRepeat } = options;
  const end = clock.now() + PATIENCE_MS;
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isRefusal(error) || !canRepeat() || clock.now() >= end) throw error;
      if (tries === 1) {
        note(
          `Google refuses (${(error as Error).message}). After a deployment grants need some minutes to spread: trying again for ` +
            `${PATIENCE_MS / 60_000} minutes.`,
        );
      }
      await sleep(clock, PAUSE_MS, signal);
    }
  }
}

function isRefusal(error: unknown): boolean {
  if (error instanceof StorageError) return error.status === 403;
  return (error as { code?: unknown }).code === PERMISSION_DENIED;
}
