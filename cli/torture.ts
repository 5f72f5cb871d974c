/** `npm run torture`: real processes, killed at random, until every document has its outcome. */
import { Random } from '../simulation/random.ts';
import { torture } from '../simulation/torture/torture.ts';
import { type Command, type ParsedCommand, runCommand, wholeNumber } from './command-line.ts';

const command: Command = {
  usage: 'npm run torture -- [options]',
  summary:
    'Runs the bundle in four processes behind the local Google, kills them at random, delivers tasks twice, lets Cloud Storage\n' +
    'fail, and checks that every document has its one outcome in the end.',
  options: {
    documents: { type: 'string', value: 'N', help: 'how many documents (default: 2000)' },
    seed: { type: 'string', value: 'SEED', help: 'decides what is killed and what fails (default: 1)' },
  },
  takesFiles: false,
};

await runCommand(command, run);

async function run({ options }: ParsedCommand, signal: AbortSignal): Promise<number> {
  const random = new Random(whole('seed', options.seed) ?? 1).next;
  const started = performance.now();
  const documents = whole('documents', options.documents) ?? 2000;
  const report = await torture({ documents, random, signal, onProgress: (line) => console.log(line) });
  const { completed, failed, abandoned, kills, duplicates, storageFaults, problems } = report;
  console.log(
    `${documents} documents in ${((performance.now() - started) / 1000).toFixed(0)} s: ${completed} COMPLETED, ${failed} FAILED ` +
      `(${abandoned} of them because every attempt was cut off). ${kills} processes killed, ${duplicates} deliveries doubled, ` +
      `${storageFaults} calls of Cloud Storage failed.`,
  );
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) console.error(`${problems.length} documents are not as they should be.`);
  return problems.length === 0 ? 0 : 1;
}

function whole(name: string, value: unknown): number | undefined {
  return value === undefined ? undefined : wholeNumber(`--${name}`, value, 1, 1_000_000);
}
