/** One rule of a construct, looked at when the stack is synthesised. */
export interface Check {
  /** The values the rule looks at. A rule over a value that only Terraform will know is left to Terraform. */
  readonly values: readonly unknown[];
  /** What must hold. */
  readonly condition: boolean;
  /** The rule, the value received, and the way out. */
  readonly message: string;
}

/** Whether the value is a whole number from `min` to `max`. */
export function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
