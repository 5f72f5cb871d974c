import { forked } from './forked.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

const TASKS = 6000;
const AIM_TASKS_A_SECOND = 3000;

/** Tasks that do nothing, from a resumed queue without a limit of its rate to the last answer of a target in another process. */
export const emulatorDispatching: Measurement = {
  name: 'emulator-dispatching',
  async measure({ runs, signal }) {
    await using target = await forked('httpServer', signal);
    await using emulator = await forked('emulator', signal);
    await using client = await forked('httpClient', signal);
    const order = { kind: 'deliver', deliver: TASKS, url: `http://127.0.0.1:${target.port}/` } as const;
    const samples = await interleave(runs, { emulator: () => emulator.ask(order), client: () => client.ask(order) });
    const what = `dispatching ${TASKS} tasks`;
    const measured = median(samples.emulator);
    return [
      {
        what,
        baselineName: `${AIM_TASKS_A_SECOND} tasks/s`,
        unit: 'ms',
        measured,
        baseline: (TASKS / AIM_TASKS_A_SECOND) * 1000,
        aim: { timesBaseline: 1 },
      },
      {
        what,
        baselineName: 'bare node:http client',
        unit: 'ms',
        measured,
        baseline: median(samples.client),
        aim: { timesBaseline: 2 },
      },
    ];
  },
};
