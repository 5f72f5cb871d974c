import { DISPATCH_DEADLINE_RANGE } from '../deadlines.ts';
import { ENVIRONMENT_NAME, environmentNameProblem } from './names.ts';

/** Environment variables, usually `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** For each prop the variable that sets it, and how its text becomes a value. */
export type Table<Props> = {
  readonly [Prop in keyof Props]-?: readonly [variable: string, read: Read<NonNullable<Props[Prop]>>];
};

/** @throws UnreadableError when the text cannot be understood */
type Read<Value> = (given: string, variable: string) => Value;

/** One line: the variable, its rule, and the value received. */
class UnreadableError extends Error {}

/**
 * Reads every variable of a table.
 *
 * @returns the props whose variables are set, so that each default stays where it is documented; and a line for each variable
 *   that cannot be understood
 */
export function readTable<Props>(table: Table<Props>, variables: Variables) {
  const values: Partial<Props> = {};
  const problems: string[] = [];
  for (const prop of Object.keys(table) as (keyof Props)[]) {
    const [variable, read] = table[prop];
    const given = textOf(variables, variable);
    if (given === undefined) continue;
    try {
      values[prop] = read(given, variable);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      problems.push(error.message);
    }
  }
  return { values, problems };
}

/** A variable's text without the blanks around it; undefined when nothing is left, as if it were not set. */
export function textOf(variables: Variables, name: string): string | undefined {
  return variables[name]?.trim() || undefined;
}

export const text: Read<string> = (given) => given;

export const integer = number(/^\d{1,9}$/, 'must be a whole number of at most 9 digits');
export const ratio = number(/^\d(\.\d{1,9})?$/, 'must be a number from 0 to 1, such as 0.1');
export const price = number(/^\d{1,6}(\.\d{1,9})?$/, 'must be in USD for a million tokens, such as 0.30');

function number(pattern: RegExp, rule: string): Read<number> {
  return (given, variable) => {
    if (!pattern.test(given)) throw new UnreadableError(`${variable} ${rule}; received '${given}'.`);
    return Number(given);
  };
}

export const dispatchDeadline: Read<number> = (given, variable) => {
  const { min, max } = DISPATCH_DEADLINE_RANGE;
  const seconds = integer(given, variable);
  if (seconds >= min && seconds <= max) return seconds;
  throw new UnreadableError(
    `${variable} must be from ${min} to ${max} seconds, Cloud Tasks' range; received '${seconds}'.`,
  );
};

export const boolean: Read<boolean> = (given, variable) => {
  if (given === 'true' || given === 'false') return given === 'true';
  throw new UnreadableError(`${variable} must be true or false; received '${given}'.`);
};

/** True, false, or the name of what there is already: none is called as one of the two with other capital letters. */
export const booleanOrName: Read<boolean | string> = (given, variable) =>
  /^(true|false)$/i.test(given) ? boolean(given, variable) : given;

export const list: Read<string[]> = (given) =>
  given
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

export const keyValues: Read<Record<string, string>> = (given, variable) => {
  const items = list(given, variable).map((item) => /^([^=]+)=(.*)$/s.exec(item)?.slice(1) ?? [item]);
  const broken = items.filter(([, value]) => value === undefined).map(([item]) => `'${item}'`);
  if (broken.length === 0) return Object.fromEntries(items);
  throw new UnreadableError(`${variable} is a list such as 'a=b,c=d'; received ${broken.join(', ')} in it.`);
};

export const environmentName: Read<string> = (given, variable) => {
  if (ENVIRONMENT_NAME.test(given)) return given;
  throw new UnreadableError(`${variable}: ${environmentNameProblem(given)}`);
};
