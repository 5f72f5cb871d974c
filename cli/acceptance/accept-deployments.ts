import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { synthesiseWith } from '../environment-synth.ts';
import { type PlannedChange, type Terraform, TerraformFailedError } from '../terraform.ts';
import type { Scenario } from './scenarios.ts';

interface AcceptanceOptions {
  readonly google: ControlPlane;
  readonly terraform: Terraform;
  /** Takes what is synthesised, and Terraform's state. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export interface AcceptedStep {
  readonly step: string;
  /** What is not as it should be, a line each. */
  readonly problems: readonly string[];
}

/** Deploys a scenario step by step, and destroys it. After a step that Terraform cannot do there are no more. */
export async function* acceptDeployments(
  { deployments }: Scenario,
  { google, terraform, folder, signal }: AcceptanceOptions,
): AsyncGenerator<AcceptedStep> {
  await mkdir(folder);
  const stateFile = path.join(folder, 'terraform.tfstate');
  let stackFolder = '';
  /** Problems of a step, with the calls that the fake does not know; and whether Terraform could do it. */
  const problemsOf = async (work: () => Promise<string[]>) => {
    const known = google.unknown.length;
    const unknown = () => google.unknown.slice(known).map((call) => `the fake control plane does not know ${call}`);
    try {
      const problems = await work();
      return { problems: [...problems, ...unknown()], isDone: true };
    } catch (error) {
      if (!(error instanceof TerraformFailedError)) throw error;
      return { problems: [error.message, ...unknown()], isDone: false };
    }
  };

  for (const [index, { step, variables, fails = false, refused }] of deployments.entries()) {
    ({ stackFolder } = await synthesiseWith(variables, path.join(folder, String(index)), { signal }));
    google.containersStart = !fails;
    const mends = deployments[index - 1]?.fails ?? false;
    const { problems, isDone } = await problemsOf(async () => {
      await terraform.init(stackFolder, stateFile);
      if (refused !== undefined) return refusalProblems(await failureOf(terraform.plan(stackFolder)), refused);
      const planned = await terraform.plan(stackFolder);
      const before = google.calls.length;
      const failure = await failureOf(terraform.apply(stackFolder));
      if (failure !== undefined && !fails) throw failure;
      const calls = google.calls.slice(before);
      const left = fails ? [] : await terraform.plan(stackFolder);
      return [
        ...(fails && failure === undefined ? ['Terraform takes it for done'] : []),
        ...planned.filter((change) => isReplacement(change, mends)).map(({ address }) => `${address} is replaced`),
        ...calls.flatMap(({ method, path, breaks }) => breaks.map((lack) => `after ${method} ${path}: ${lack}`)),
        ...left.map(({ address }) => `the second plan still changes ${address}`),
      ];
    });
    yield { step, problems };
    if (!isDone) return;
  }
  const { problems } = await problemsOf(async () => {
    await terraform.destroy(stackFolder);
    return google.resources.map((name) => `${name} is left`);
  });
  yield { step: 'destroy', problems };
}

/** What holds something, and what has to go on: they change in place or not at all. */
const KEPT = new Set(['google_cloud_tasks_queue', 'google_storage_bucket', 'google_cloud_run_v2_service']);

/** Whether what must stay would be made anew: of a service whose first revision never served nothing is lost. */
function isReplacement({ type, actions }: PlannedChange, mends: boolean): boolean {
  return KEPT.has(type) && actions.length > 1 && !(mends && type === 'google_cloud_run_v2_service');
}

function refusalProblems(failure: TerraformFailedError | undefined, refused: string): string[] {
  if (failure === undefined) return ['Terraform would do it'];
  return failure.message.includes(refused) ? [] : [failure.message];
}

async function failureOf(work: Promise<unknown>): Promise<TerraformFailedError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof TerraformFailedError) return error;
    throw error;
  }
}
