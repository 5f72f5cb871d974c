/** The CDKTF app: environment variables in (`stacks/settings.ts` lists them), one stack out, or one line for each problem. */
import { relative, resolve } from 'node:path';
import { App, GcsBackend, LocalBackend } from 'cdktf';
import { DocumentProcessingStack } from './stacks/document-processing-stack.ts';
import { readAppSettings } from './stacks/settings.ts';
import { problemsOf } from './stacks/validation.ts';

const { settings, problems } = readAppSettings(process.env);
// The checks run below, where all that fail can be reported with the settings' problems.
const app = new App({ skipValidation: true });
const name = `document-processing-${settings.props.environment ?? 'dev'}`;
const stack = new DocumentProcessingStack(app, name, settings.props);
if (settings.stateBucket) {
  new GcsBackend(stack, { bucket: settings.stateBucket, prefix: name });
} else {
  // From the folder where Terraform runs to this one: relative, so that every machine synthesises the same.
  const here = relative(resolve(app.outdir, 'stacks', name), process.cwd());
  new LocalBackend(stack, { path: `${here}/terraform.${name}.tfstate` });
}
const all = [...problems, ...problemsOf(app)];
if (all.length === 0) app.synth();
for (const problem of all) console.error(problem);
process.exitCode = all.length > 0 ? 1 : 0;
