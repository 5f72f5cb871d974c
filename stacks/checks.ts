import { Token } from 'cdktf';
import type { Construct } from 'constructs';

/** One rule of a construct, looked at when the stack is synthesised. */
export interface Check {
  /** The values the rule looks at. A rule over a value that only Terraform will know is left to Terraform. */
  readonly values: readonly unknown[];
  /** What must hold. */
  readonly condition: boolean;
  /** The rule, the value received, and the way out. */
  readonly message: string;
}

/** Adds the checks to the construct's validations; cdktf reports all that fail, of all constructs, at once. */
export function addChecks(scope: Construct, checks: readonly Check[]): void {
  const problems = checks
    .filter(({ values, condition }) => !condition && !values.some((value) => Token.isUnresolved(value)))
    .map(({ message }) => message);
  scope.node.addValidation({ validate: () => problems });
}

/** Whether the value is a whole number from `min` to `max`. */
export function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** Every problem of a construct and of all below it, one line each; an empty list when all checks hold. */
export function problemsOf(scope: Construct): string[] {
  return scope.node.findAll().flatMap((construct) => construct.node.validate());
}
