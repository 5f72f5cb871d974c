/** `npm run alerts`: shows, by Prometheus's own promtool, that each alert on a metric fires, and is silent on a healthy day. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { checkIntervalSeconds, deadlinesFor } from '../deadlines.ts';
import { alertRules } from '../stacks/monitoring/alert-rules.ts';
import { logFilters } from '../stacks/monitoring/log-filters.ts';
import { metricQueries } from '../stacks/monitoring/metric-queries.ts';
import { namesFor } from '../stacks/names.ts';
import { capacityOf, serviceSize } from '../stacks/service-size.ts';
import { promtoolTests, ruleGroups } from './alert-cases.ts';
import { newCommand, runCommand } from './command-line.ts';
import { scratchFolder } from './scratch-folder.ts';

const command = newCommand(
  'npm run alerts --',
  'Gives the PromQL of every alert on a metric to promtool, as rules with tests: each fires on the series that it is for, and all are ' +
    'silent on a healthy day.\n' +
    'Exit code: 0 when all do so, and when promtool is not to be had here, which a line says; 1 when not.',
);

await runCommand(command, alerts);

async function alerts(_words: unknown, _options: object, signal: AbortSignal): Promise<number> {
  await using scratch = await scratchFolder('alerts-');
  const folder = scratch.path;
  try {
    const rules = rulesOfDefaults();
    const tests = promtoolTests(rules, 'rules.json');
    // JSON is YAML too.
    await writeFile(path.join(folder, 'rules.json'), JSON.stringify(ruleGroups(rules)));
    await writeFile(path.join(folder, 'tests.json'), JSON.stringify(tests));
    await promisify(execFile)('promtool', ['test', 'rules', 'tests.json'], { cwd: folder, signal });
    console.log(
      `Each of ${tests.tests.length - 1} alerts fires on its own series, and all are silent on a healthy day.`,
    );
    return 0;
  } catch (error) {
    signal.throwIfAborted();
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (code === 'ENOENT') {
      console.log("Not run: promtool is not there. Install Prometheus (Debian's package is prometheus).");
      return 0;
    }
    if (typeof code !== 'number') throw error;
    console.error(`${stderr}\n${stdout}`.trim());
    return 1;
  }
}

/** The alerts of a deployment with nothing set but that uploads hand themselves in. */
function rulesOfDefaults() {
  const projectId = 'my-project';
  const names = namesFor(projectId, 'dev');
  const deadlines = deadlinesFor();
  return alertRules({
    queries: metricQueries({ ...names, projectId, checkIntervalSeconds: checkIntervalSeconds(deadlines) }),
    filters: logFilters({ ...names, location: 'us-central1' }),
    deadlines,
    uploads: { subscription: `${names.service}-uploads`, deadLetters: `${names.service}-uploads-failed` },
    capacity: capacityOf(serviceSize({})),
  });
}
