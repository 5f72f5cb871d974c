import { mebibytesOf } from '../service-size.ts';
import type { MetricQueries } from './metric-queries.ts';

/** US dollars by Google's price lists for Cloud Run (tier 1, paid by request) and Cloud Tasks, before free tiers. */
const PER_VCPU_SECOND = 2.4e-5;
const PER_GIB_SECOND = 2.5e-6;
const PER_REQUEST = 4e-7;
const PER_TASK_OPERATION = 4e-7;

/** A container of an instance, as far as it is paid for. */
export interface PaidContainer {
  readonly cpu: string;
  readonly memory: string;
}

/**
 * What is paid for → PromQL for US dollars an hour. Instances kept warm cost less than this while they idle.
 *
 * @param containers all of an instance
 */
export function hourlyCost(queries: MetricQueries, containers: readonly PaidContainer[], window: string) {
  const perSecond = containers.reduce((sum, { cpu, memory }) => {
    const gibibytes = (mebibytesOf(memory) ?? 0) / 1024;
    return sum + Number(cpu) * PER_VCPU_SECOND + gibibytes * PER_GIB_SECOND;
  }, 0);
  return {
    instances: `${queries.billedInstances(window)} * ${dollarsAnHour(perSecond)}`,
    // Cloud Tasks bills each attempt as an operation, Cloud Run the same as a request.
    attempts: `${queries.attemptsPerSecond(window)} * ${dollarsAnHour(PER_TASK_OPERATION + PER_REQUEST)}`,
    'calls to Cloud Tasks': `${queries.operationsPerSecond(window)} * ${dollarsAnHour(PER_TASK_OPERATION)}`,
  };
}

/** Rounded, so that the text does not depend on the last bit of a product. */
function dollarsAnHour(dollarsASecond: number): number {
  return Number((dollarsASecond * 3600).toPrecision(6));
}
