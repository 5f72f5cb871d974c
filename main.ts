/** The CDKTF app: environment variables in (`stacks/settings.ts` lists them), one stack out. */
import { synthesise } from './stacks/app.ts';

const problems = synthesise(process.env);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
