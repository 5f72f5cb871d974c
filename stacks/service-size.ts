import { type Check, isWhole } from './checks.ts';

/** What one instance of the service has, and how many there may be. */
export interface ServiceSize {
  /** vCPUs of an instance: 1, 2, 4, 6 or 8. The environment that mounts volumes has no fractions. @default '1' */
  readonly cpu?: string;
  /** Memory of an instance in Mi or Gi; it must suit the cpu. @default '2Gi', for four conversions of 256 MiB beside each other */
  readonly memory?: string;
  /** Requests an instance takes at once, 1 to 1,000; 1 for heavy documents. @default 4, and 1 beside docling-serve */
  readonly concurrency?: number;
  /** Instances that are kept warm, and paid for. @default 0 */
  readonly minInstances?: number;
  /** Instances at most; with the concurrency it is the capacity that the queue must not exceed. @default 10 */
  readonly maxInstances?: number;
}

/** MiB of memory that Cloud Run accepts for each number of vCPUs (its documentation: CPU limits, memory limits). */
const MEMORY_RANGES = new Map<string, readonly [min: number, max: number]>([
  ['1', [512, 4096]],
  ['2', [512, 8192]],
  ['4', [2048, 16384]],
  ['6', [4096, 24576]],
  ['8', [4096, 32768]],
]);

/** The size with every default in its place. */
export function serviceSize(size: ServiceSize): Required<ServiceSize> {
  return {
    cpu: size.cpu ?? '1',
    memory: size.memory ?? '2Gi',
    concurrency: size.concurrency ?? 4,
    minInstances: size.minInstances ?? 0,
    maxInstances: size.maxInstances ?? 10,
  };
}

/** Requests that the service can work on at once. */
export function capacityOf(size: Required<ServiceSize>): number {
  return size.maxInstances * size.concurrency;
}

/**
 * Cloud Run's rules for the cpu and memory of a container.
 *
 * @param what has them, for the messages: `an instance`
 */
export function cpuChecks({ cpu, memory }: { readonly cpu: string; readonly memory: string }, what: string): Check[] {
  const range = MEMORY_RANGES.get(cpu);
  const [min, max] = range ?? [0, Number.POSITIVE_INFINITY];
  const mebibytes = mebibytesOf(memory);
  return [
    {
      values: [cpu],
      condition: range !== undefined,
      message:
        `${capitalised(what)} has ${[...MEMORY_RANGES.keys()].join(', ')} vCPUs; ` +
        `received cpu '${cpu}': choose one of these.`,
    },
    {
      values: [memory],
      condition: mebibytes !== undefined,
      message: `Memory is a whole number of Mi or Gi; received '${memory}': write it as '512Mi' or '2Gi'.`,
    },
    {
      values: [cpu, memory],
      condition: mebibytes === undefined || (mebibytes >= min && mebibytes <= max),
      message:
        `With ${cpu} vCPU ${what} has ${min}Mi to ${max}Mi of memory; received '${memory}': ` +
        'change the memory or the cpu.',
    },
  ];
}

/** Cloud Run's rules for a size. */
export function sizeChecks(size: Required<ServiceSize>): Check[] {
  const { concurrency, minInstances, maxInstances } = size;
  return [
    ...cpuChecks(size, 'an instance'),
    {
      values: [concurrency],
      condition: isWhole(concurrency, 1, 1000),
      message:
        `An instance takes 1 to 1000 requests at once; received a concurrency of ${concurrency}: ` +
        'choose a whole number in that range.',
    },
    {
      values: [maxInstances],
      condition: isWhole(maxInstances, 1, 1000),
      message:
        `A service has at most 1 to 1000 instances; received maxInstances ${maxInstances}: ` +
        'choose a whole number in that range.',
    },
    {
      values: [minInstances, maxInstances],
      condition: isWhole(minInstances, 0, maxInstances),
      message:
        `The instances kept warm are a whole number from 0 to maxInstances, ${maxInstances}; received minInstances ` +
        `${minInstances}: lower it or raise maxInstances.`,
    },
  ];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The MiB of a memory size such as `512Mi` or `2Gi`; undefined when it is not one. */
export function mebibytesOf(memory: string): number | undefined {
  const [, amount, unit] = /^(\d+)(Mi|Gi)$/.exec(memory) ?? [];
  return amount === undefined ? undefined : Number(amount) * (unit === 'Gi' ? 1024 : 1);
}
