import type { AlertRule, MetricCondition } from '../stacks/monitoring/alert-rules.ts';

/** Values of a series, a minute each, as promtool writes them: `0+2x60` begins at 0 and grows by 2 sixty times. */
type Series = Readonly<Record<string, string>>;

interface AlertCase {
  readonly series: Series;
  /** Minutes after which it has not fired yet. */
  readonly silentAfter: number;
  /** Minutes after which it fires. */
  readonly firesAfter: number;
}

const QUEUE = 'monitored_resource="cloud_tasks_queue",project_id="my-project",queue_id="document-processing-dev"';
const REVISION =
  'monitored_resource="cloud_run_revision",project_id="my-project",service_name="document-processing-dev"';
const ATTEMPTS = `cloudtasks_googleapis_com:queue_task_attempt_count{${QUEUE}`;
const DEPTH = `cloudtasks_googleapis_com:queue_depth{${QUEUE}}`;
const API_CALLS = `cloudtasks_googleapis_com:api_request_count{${QUEUE}}`;
const DELAYS = `cloudtasks_googleapis_com:queue_task_attempt_delays_bucket{${QUEUE}`;
const LATENCIES = `run_googleapis_com:request_latencies_bucket{${REVISION}`;
const MEMORY = `run_googleapis_com:container_memory_utilizations_bucket{${REVISION}`;
const AGES = `logging_googleapis_com:user_document_processing_dev_age_at_start_bucket{${REVISION}`;

const subscription = (name: string) =>
  `{monitored_resource="pubsub_subscription",project_id="my-project",subscription_id="${name}"}`;
const FAILED_UPLOADS = `pubsub_googleapis_com:subscription_num_undelivered_messages${subscription('document-processing-dev-uploads-failed')}`;
const UPLOAD_AGE = `pubsub_googleapis_com:subscription_oldest_unacked_message_age${subscription('document-processing-dev-uploads')}`;

/** A histogram of which all values lie between two bounds. */
function between(metric: string, low: number, high: number, values: string): Series {
  const none = values.replaceAll(/\+\d+x/g, '+0x');
  return { [`${metric},le="${low}"}`]: none, [`${metric},le="${high}"}`]: values, [`${metric},le="+Inf"}`]: values };
}

/** What each alert is for. */
const CASES: Readonly<Record<string, AlertCase>> = {
  // Thousands were handed in an hour ago, so that of their checks none is left.
  'queue-depth': { series: { [DEPTH]: '450x90', [API_CALLS]: '0+0x90' }, silentAfter: 14, firesAfter: 16 },
  'failed-attempts': {
    series: { [`${ATTEMPTS},response_code="OK"}`]: '0+8x90', [`${ATTEMPTS},response_code="INTERNAL"}`]: '0+2x90' },
    silentAfter: 5,
    firesAfter: 30,
  },
  'attempt-delay': { series: between(DELAYS, 700_000, 900_000, '0+5x90'), silentAfter: 5, firesAfter: 20 },
  'request-latency': { series: between(LATENCIES, 450_000, 600_000, '0+5x90'), silentAfter: 5, firesAfter: 20 },
  'upload-dead-letters': { series: { [FAILED_UPLOADS]: '0x30 1x60' }, silentAfter: 29, firesAfter: 32 },
  'upload-age': { series: { [UPLOAD_AGE]: '0+60x90' }, silentAfter: 12, firesAfter: 20 },
  memory: { series: between(MEMORY, 0.92, 1, '0+5x90'), silentAfter: 5, firesAfter: 20 },
  'age-at-start': { series: between(AGES, 2000, 4000, '0+5x90'), silentAfter: 5, firesAfter: 20 },
};

/**
 * A day of which nobody has to be told: an hour of many documents, each with its check in the queue, of which one in fifty fails once; a
 * handful of attempts of which a third fails; and a night without any.
 */
const HEALTHY_DAY: Series = {
  [FAILED_UPLOADS]: '0x1440',
  [UPLOAD_AGE]: '0x59 90x59 30x75 0x1247',
  [DEPTH]: '0x59 200x59 100x15 1x59 0x1247',
  [API_CALLS]: '0+0x59 0+20x59 1200+0x75 1200+2x6 1212+0x1241',
  [`${ATTEMPTS},response_code="OK"}`]: '0+0x59 0+50x59 3000+0x75 3000+1x4 3004+0x1243',
  [`${ATTEMPTS},response_code="INTERNAL"}`]: '0+0x59 0+1x59 60+0x75 60+1x2 62+0x1245',
  ...between(DELAYS, 100, 5000, '0+0x59 0+50x59 3000+0x1320'),
  ...between(LATENCIES, 1000, 30_000, '0+0x59 0+50x59 3000+0x1320'),
  ...between(MEMORY, 0.4, 0.6, '0+0x59 0+5x59 300+0x1320'),
  ...between(AGES, 1, 60, '0+0x59 0+50x59 3000+0x1320'),
};
const HEALTHY_MINUTES = 1440;

/** What Prometheus would evaluate for the alerts on metrics. */
export function ruleGroups(rules: readonly AlertRule[]) {
  const alerts = metricRules(rules).map(({ id, condition: { query, forSeconds } }) => ({
    alert: id,
    expr: query,
    for: `${forSeconds}s`,
  }));
  return { groups: [{ name: 'alerts', rules: alerts }] };
}

/**
 * Tests of the rules for promtool: one for each, and one of the healthy day.
 *
 * @throws Error for an alert without a case of its own
 */
export function promtoolTests(rules: readonly AlertRule[], rulesFile: string) {
  const ids = metricRules(rules).map(({ id }) => id);
  const firing = ids.map((id) => {
    const found = CASES[id];
    if (found === undefined)
      throw new Error(`The alert ${id} has no case in cli/alert-cases.ts: write the series that it is for.`);
    return testOf(found.series, [
      { alertname: id, eval_time: `${found.silentAfter}m`, exp_alerts: [] },
      { alertname: id, eval_time: `${found.firesAfter}m`, exp_alerts: [{}] },
    ]);
  });
  const times = Array.from({ length: HEALTHY_MINUTES / 5 }, (_, index) => `${5 * index}m`);
  const silence = ids.flatMap((alertname) => times.map((eval_time) => ({ alertname, eval_time, exp_alerts: [] })));
  return { rule_files: [rulesFile], evaluation_interval: '1m', tests: [...firing, testOf(HEALTHY_DAY, silence)] };
}

function testOf(series: Series, alertTests: readonly object[]) {
  const inputSeries = Object.entries(series).map(([name, values]) => ({ series: name, values }));
  return { interval: '1m', input_series: inputSeries, alert_rule_test: alertTests };
}

/** Those on log lines are told by the first line: there is no series to evaluate. */
function metricRules(rules: readonly AlertRule[]): (AlertRule & { readonly condition: MetricCondition })[] {
  return rules.filter((rule): rule is AlertRule & { condition: MetricCondition } => 'query' in rule.condition);
}
