import { relative, resolve } from 'node:path';
import { App, GcsBackend, LocalBackend } from 'cdktf';
import { problemsOf } from './checks.ts';
import { DocumentProcessingStack } from './document-processing-stack.ts';
import { readAppSettings } from './settings.ts';

/**
 * Synthesises one stack from the environment variables that `settings.ts` lists.
 *
 * @returns every problem, one line each; nothing is synthesised unless the list is empty
 */
export function synthesise(variables: Readonly<Record<string, string | undefined>>): string[] {
  const { settings, problems } = readAppSettings(variables);
  // The checks run below, where all that fail can be reported with the settings' problems.
  const app = new App({ skipValidation: true });
  const stackName = `document-processing-${settings.props.environment ?? 'dev'}`;
  const stack = new DocumentProcessingStack(app, stackName, settings.props);
  if (settings.stateBucket) {
    new GcsBackend(stack, { bucket: settings.stateBucket, prefix: stackName });
  } else {
    // From the folder where Terraform runs to this one: relative, so that every machine synthesises the same.
    const here = relative(resolve(app.outdir, 'stacks', stackName), process.cwd());
    new LocalBackend(stack, { path: `${here}/terraform.${stackName}.tfstate` });
  }
  const all = [...problems, ...problemsOf(app)];
  if (all.length === 0) app.synth();
  return all;
}
