import type { EmulatorUnderTest } from './emulator-under-test.ts';

/** Something that the real service does. */
export interface Fact {
  readonly fact: string;
  /** The page or the recording that it is known from. */
  readonly source: string;
  /** Settings of the queue, in the client's terms. */
  readonly queue?: object;
  readonly check: (emulator: EmulatorUnderTest) => Promise<void>;
}
