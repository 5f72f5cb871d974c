/** `npm run deployed`: says whether what was deployed last serves, and prints commands for it that can be pasted. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { accessToken } from '../google/google-auth.ts';
import { newCommand, runCommand, UsageError } from './command-line.ts';
import { servedRevision } from './served-revision.ts';
import { Terraform, TerraformFailedError } from './terraform.ts';

const command = newCommand(
  'npm run deployed --',
  'Asks Cloud Run whether the revision that was deployed last is the one that serves (a failed update looks finished to Terraform), and ' +
    'prints the outputs as commands that can be pasted. It takes what was deployed from here with cdktf, of the ENVIRONMENT that is ' +
    'set, and Application Default Credentials.\n' +
    'Exit code: 0 when it serves, 1 when not, 2 when nothing was deployed from here.',
);

const outputsSchema = z.object({
  queue_ids: z.object({ value: z.array(z.string()).min(1) }),
  service_url: z.object({ value: z.string() }),
  first_document_command: z.object({ value: z.string() }),
  documents_environment: z.object({ value: z.string() }),
});

await runCommand(command, deployed);

async function deployed(_words: unknown, _options: object, signal: AbortSignal): Promise<number> {
  const { ENVIRONMENT, CDKTF_OUTDIR, TERRAFORM_BINARY_NAME } = process.env;
  const name = `document-processing-${ENVIRONMENT?.trim() || 'dev'}`;
  const stackFolder = path.join(CDKTF_OUTDIR || 'cdktf.out', 'stacks', name);
  const program = TERRAFORM_BINARY_NAME || 'terraform';
  const nothing = new UsageError(
    `Nothing was deployed from here as ${name} (in ${stackFolder}): deploy it with npx cdktf deploy, or name another ENVIRONMENT.`,
  );
  if (!existsSync(stackFolder)) throw nothing;
  const terraform = await Terraform.find({ program, signal });
  const { data: outputs } = outputsSchema.safeParse(await outputsOf(terraform, stackFolder));
  if (outputs === undefined) throw nothing;

  const [place] = /^projects\/[^/]+\/locations\/[^/]+/.exec(outputs.queue_ids.value[0] ?? '') ?? [];
  const { serves, line } = servedRevision(await serviceOf(`${place}/services/${name}`, signal));
  console.log(line);
  if (!serves) return 1;
  console.log(`\nA first document, README.md:\n\n${outputs.first_document_command.value}`);
  console.log(`\nFor npm run documents:\n\n${outputs.documents_environment.value}`);
  return 0;
}

/** None where the stack was synthesised only, which Terraform says at length, and with advice that is for others. */
async function outputsOf(terraform: Terraform, stackFolder: string): Promise<unknown> {
  try {
    return await terraform.outputs(stackFolder);
  } catch (error) {
    if (error instanceof TerraformFailedError && error.message.includes('Backend initialization required')) return {};
    throw error;
  }
}

/** The service, from where the provider looks too, and as whom. */
async function serviceOf(name: string, signal: AbortSignal): Promise<unknown> {
  const { GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT, GOOGLE_OAUTH_ACCESS_TOKEN } = process.env;
  const api = GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT || 'https://run.googleapis.com/v2/';
  const token = GOOGLE_OAUTH_ACCESS_TOKEN || (await accessToken());
  const response = await fetch(api + name, { headers: { Authorization: `Bearer ${token}` }, signal });
  const answer = (await response.json()) as { error?: { message: string } };
  if (response.ok) return answer;
  throw new Error(`Cloud Run does not show ${name} (${response.status}): ${answer.error?.message}`);
}
