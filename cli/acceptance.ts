/** `npm run acceptance`: deploys, changes and takes back the stack by Terraform's real google provider, against a fake control plane. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { bundleHandlerIfChanged } from '../bundle.ts';
import { acceptDeployments } from './acceptance/accept-deployments.ts';
import { SCENARIOS } from './acceptance/scenarios.ts';
import { newCommand, runCommand } from './command-line.ts';
import { ControlPlane } from './control-plane/control-plane.ts';
import { scratchFolder } from './scratch-folder.ts';
import { Terraform, TerraformMissingError } from './terraform.ts';

const command = newCommand(
  'npm run acceptance --',
  'Runs Terraform with its real google provider against a fake of Google in this process: deploys the stack, wants an empty second ' +
    'plan, turns each option on and off in place, looks at the order of the calls, and destroys everything. Needs no account, but ' +
    'Terraform and the provider, from the registry or a mirror that TF_CLI_CONFIG_FILE names.\n' +
    'Exit code: 0 when all of it went well, and when one of these two is not to be had here, which a line says; 1 when not.',
);

/** Accounts of the scenarios that no stack makes. */
const EXISTING_ACCOUNTS = ['frontend', 'importer'].map((name) => `${name}@my-project.iam.gserviceaccount.com`);

await runCommand(command, acceptance);

async function acceptance(_words: unknown, _options: object, signal: AbortSignal): Promise<number> {
  await using scratch = await scratchFolder('acceptance-');
  const folder = scratch.path;
  try {
    const cacheFolder = path.join(folder, 'providers');
    await mkdir(cacheFolder);
    const program = process.env.TERRAFORM_BINARY_NAME || 'terraform';
    await bundleHandlerIfChanged();
    let failed = 0;
    for (const scenario of SCENARIOS) {
      // Each in a Google of its own: their names are the same.
      await using google = await ControlPlane.start(EXISTING_ACCOUNTS);
      const environment = { ...google.environment, CHECKPOINT_DISABLE: '1' };
      const terraform = await Terraform.find({ program, cacheFolder, signal, environment });
      const work = path.join(folder, scenario.name);
      for await (const { step, problems } of acceptDeployments(scenario, { google, terraform, folder: work, signal })) {
        console.log(`${scenario.name}: ${step}: ${problems.length === 0 ? 'as it should be' : problems.join('\n  ')}`);
        failed += problems.length;
      }
    }
    return failed > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof TerraformMissingError)) throw error;
    console.log(`Not run: ${error.message}`);
    return 0;
  }
}
