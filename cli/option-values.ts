import { UsageError } from './command-line.ts';

/** Reads what was given for an option. @throws UsageError for what cannot be its value */
type Reader<T> = (given: string) => T;

/**
 * Which of the values that there are was meant, in whatever case.
 *
 * @param name of the option: `--status`
 */
export function oneOf<T extends string>(name: string, values: readonly T[]): Reader<T> {
  return (given) => {
    const value = values.find((known) => known.toLowerCase() === given.toLowerCase());
    if (value === undefined) throw new UsageError(`${name} must be one of ${values.join(', ')}; received '${given}'.`);
    return value;
  };
}

/**
 * A whole number in digits: Number() would take a blank for 0.
 *
 * @param name of the option: `--port`
 */
export function wholeNumber(name: string, min: number, max: number): Reader<number> {
  return (given) => {
    const number = Number(given);
    if (/^\d{1,10}$/.test(given) && number >= min && number <= max) return number;
    throw new UsageError(`${name} must be a whole number from ${min} to ${max}; received ${JSON.stringify(given)}.`);
  };
}

/**
 * A file or a folder. What looks like an option is one, whose value before it was forgotten.
 *
 * @param name of the option: `--results`
 */
export function filePath(name: string): Reader<string> {
  return (given) => {
    if (given === '') throw new UsageError(`${name} needs a path; received an empty one.`);
    if (!given.startsWith('-')) return given;
    throw new UsageError(`${name} needs a path; received '${given}': write ./${given} if that is its name.`);
  };
}
