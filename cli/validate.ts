/** `npm run validate`: asks Terraform itself whether it would accept what was synthesised. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { bundleHandlerIfChanged } from '../bundle.ts';
import { newCommand, runCommand } from './command-line.ts';
import { ENVIRONMENT_NAMES, synthesiseEnvironment } from './environment-synth.ts';
import { scratchFolder } from './scratch-folder.ts';
import { Terraform, TerraformMissingError } from './terraform.ts';

const command = newCommand(
  'npm run validate --',
  'Synthesises every environment of cli/environments.ts and runs `terraform init -backend=false` and `terraform validate` on ' +
    'it. Needs no account, but Terraform and its google provider.\n' +
    'Exit code: 0 when all are valid, and when one of these two is not to be had here, which a line says; 1 when not.',
);

await runCommand(command, validate);

async function validate(_words: unknown, _options: object, signal: AbortSignal): Promise<number> {
  await using scratch = await scratchFolder('validate-');
  const folder = scratch.path;
  try {
    const cacheFolder = path.join(folder, 'providers');
    await mkdir(cacheFolder);
    // The variable that cdktf goes by.
    const program = process.env.TERRAFORM_BINARY_NAME || 'terraform';
    const terraform = await Terraform.find({ program, cacheFolder, signal });
    await bundleHandlerIfChanged();
    let invalid = 0;
    for (const environment of ENVIRONMENT_NAMES) {
      const { stackFolder } = await synthesiseEnvironment(environment, path.join(folder, environment), { signal });
      const problems = await terraform.validate(stackFolder);
      console.log(problems === '' ? `${environment}: valid` : `${environment}: not valid\n${problems}`);
      if (problems !== '') invalid++;
    }
    return invalid > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof TerraformMissingError)) throw error;
    console.log(`Not validated: ${error.message}`);
    return 0;
  }
}
