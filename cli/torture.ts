/** `npm run torture`: real processes, killed at random, until every document has its outcome. */
import { Random } from '../simulation/random.ts';
import { TORTURE_STACK, torture } from '../simulation/torture/torture.ts';
import { systemClock } from '../time/clock.ts';
import { newCommand, runCommand } from './command-line.ts';
import { localDeployment } from './local-deployment.ts';
import { wholeNumber } from './option-values.ts';
import { Progress } from './progress.ts';
import { synthesiseForThisMachine } from './synthesise.ts';

const PLACES = Number(TORTURE_STACK.MAX_INSTANCES) * Number(TORTURE_STACK.CONCURRENCY);

interface TortureCommandOptions {
  readonly documents: number;
  readonly seed: number;
}

const command = newCommand(
  'npm run torture --',
  'Runs the bundle in four processes behind the local Google, kills them at random, delivers tasks twice, lets Cloud Storage ' +
    'fail, and checks that every document has its one outcome in the end.',
)
  .option('--documents <N>', 'how many documents', wholeNumber('--documents', 1, 1_000_000), 2000)
  .option('--seed <SEED>', 'decides what is killed and what fails', wholeNumber('--seed', 1, 1_000_000), 1);

await runCommand(command, run);

async function run(_words: unknown, { documents, seed }: TortureCommandOptions, signal: AbortSignal): Promise<number> {
  const started = systemClock.now();
  using progress = new Progress({ output: process.stdout, clock: systemClock });
  await using stack = await synthesiseForThisMachine({
    environment: { ...process.env, ...TORTURE_STACK },
    onStep: (step) => progress.step(step),
  });
  progress.end();
  progress.step(`Enqueuing ${documents} documents…`);
  const report = await torture({
    stackFile: stack.stackFile,
    enqueuerOf: (google) => {
      const { service } = localDeployment(google);
      return (call, callSignal) => service.enqueue(call, callSignal);
    },
    documents,
    random: new Random(seed).next,
    onOutcomes: (more) =>
      progress.advance('documents have their outcome', { total: documents, atOnce: PLACES, by: more }),
    signal,
  });
  progress.end();

  const { completed, failed, abandoned, kills, duplicates, storageFaults, problems } = report;
  const seconds = ((systemClock.now() - started) / 1000).toFixed(0);
  console.log(
    `${documents} documents in ${seconds} s: ${completed} COMPLETED, ${failed} FAILED ` +
      `(${abandoned} of them because every attempt was cut off). ${kills} processes killed, ${duplicates} deliveries doubled, ` +
      `${storageFaults} calls of Cloud Storage failed.`,
  );
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) console.error(`${problems.length} documents are not as they should be.`);
  return problems.length === 0 ? 0 : 1;
}
