import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { atOnce } from './at-once.ts';
import { BENCH_QUEUE } from './emulator-orders.ts';
import { forked } from './forked.ts';
import type { Measurement } from './measurement.ts';
import { residentMegabytes } from './node-process.ts';

const TASKS = 100_000;
const AT_ONCE = 50;
const AIM_MEGABYTES = 250;
const IDLE_MILLISECONDS = 5000;
/** A thousandth of a core. */
const AIM_IDLE_CPU_MILLISECONDS = IDLE_MILLISECONDS / 1000;

/** What an emulator takes that holds many tasks and has nothing to do. Once, for it takes its time. */
export const emulatorHolding: Measurement = {
  name: 'emulator-holding',
  async measure({ signal }) {
    await using emulator = await forked('emulator', signal);
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    try {
      await atOnce(AT_ONCE, TASKS, (index) => create(emulator.port, index, agent));
    } finally {
      agent.destroy();
    }
    const measured = await residentMegabytes(emulator.pid);
    // What creating left behind, timers of connections among it, is no idling.
    await pause(1000, undefined, { signal });
    const before = await emulator.ask({ kind: 'cpu' });
    await pause(IDLE_MILLISECONDS, undefined, { signal });
    const cpu = (await emulator.ask({ kind: 'cpu' })) - before;
    const what = `holding ${TASKS} scheduled tasks`;
    return [
      {
        what,
        baselineName: 'the aim',
        unit: 'MB',
        measured,
        baseline: AIM_MEGABYTES,
        aim: { timesBaseline: 1 },
      },
      {
        what: `CPU in ${IDLE_MILLISECONDS / 1000} s of that`,
        baselineName: 'a thousandth of a core',
        unit: 'ms',
        measured: cpu,
        baseline: AIM_IDLE_CPU_MILLISECONDS,
        aim: { timesBaseline: 1 },
      },
    ];
  },
};

function create(port: number, index: number, agent: Agent): Promise<void> {
  const task = {
    scheduleTime: new Date(Date.now() + 3_600_000).toISOString(),
    httpRequest: {
      url: 'https://service.example/tasks/process-document',
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.from(JSON.stringify({ documentId: `document-${index}`, note: 'x'.repeat(150) })).toString('base64'),
      oidcToken: { serviceAccountEmail: 'invoker@bench.iam.gserviceaccount.com', audience: 'https://service.example' },
    },
  };
  const options = { method: 'POST', host: '127.0.0.1', port, path: `/v2/${BENCH_QUEUE}/tasks`, agent };
  return new Promise((resolve, reject) => {
    request(options, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`Task ${index} was answered with ${response.statusCode}.`));
      });
    })
      .on('error', reject)
      .end(JSON.stringify({ task }));
  });
}
