import { emulatorCreating } from './emulator-creating.ts';
import { emulatorDispatching } from './emulator-dispatching.ts';
import { emulatorHolding } from './emulator-holding.ts';
import type { Measurement } from './measurement.ts';

/** Cloud Tasks in one process: creating, dispatching, holding. */
export const emulator: Measurement = {
  name: 'emulator',
  async measure(options) {
    const comparisons = [];
    for (const part of [emulatorCreating, emulatorDispatching, emulatorHolding]) {
      comparisons.push(...(await part.measure(options)));
    }
    return comparisons;
  },
};
