import { Token } from 'cdktf';
import type { Construct } from 'constructs';
import type { Check } from './checks.ts';

/** Adds the checks to the construct's validations; cdktf reports all that fail, of all constructs, at once. */
export function addChecks(scope: Construct, checks: readonly Check[]): void {
  const problems = checks
    .filter(({ values, condition }) => !condition && !values.some((value) => Token.isUnresolved(value)))
    .map(({ message }) => message);
  scope.node.addValidation({ validate: () => problems });
}

/** Every problem of a construct and of all below it, one line each; an empty list when all checks hold. */
export function problemsOf(scope: Construct): string[] {
  return scope.node.findAll().flatMap((construct) => construct.node.validate());
}
