/** Short names of the subscriptions by which uploads hand themselves in. */
export interface UploadSubscriptions {
  readonly subscription: string;
  readonly deadLetters: string;
}

/** Which of the project's metrics are this stack's. */
interface MetricSource {
  readonly projectId: string;
  /** Name of the Cloud Run service. */
  readonly service: string;
  /** Matches the names of the queues (RE2). */
  readonly queuePattern: string;
  /** Names of the log-based metrics. */
  readonly failedDocuments: string;
  readonly ageAtStart: string;
  /** Seconds that each document's check waits in the queue. */
  readonly checkIntervalSeconds: number;
}

/**
 * What alerts and dashboard ask Cloud Monitoring, in PromQL. Durations are in seconds.
 *
 * Names of metrics and labels: Google's lists for `cloud_tasks_queue` and `cloud_run_revision`.
 */
export function metricQueries(source: MetricSource) {
  const { projectId, service, queuePattern, failedDocuments, ageAtStart, checkIntervalSeconds } = source;
  const queue = `monitored_resource="cloud_tasks_queue",project_id="${projectId}",queue_id=~"${queuePattern}"`;
  const revision = `monitored_resource="cloud_run_revision",project_id="${projectId}",service_name="${service}"`;
  const attempts = `${promName('cloudtasks.googleapis.com/queue/task_attempt_count')}{${queue}`;
  const operations = `${promName('cloudtasks.googleapis.com/api/request_count')}{${queue}`;
  const requests = `${promName('run.googleapis.com/request_count')}{${revision}`;
  // Google's own examples spell success both ways.
  const failure = 'response_code!~"(?i:ok)|2[0-9][0-9]"';

  const ofSubscription = (name: string) =>
    `monitored_resource="pubsub_subscription",project_id="${projectId}",subscription_id="${name}"`;

  const quantile = (share: number, metric: string, labels: string, window: string) =>
    `histogram_quantile(${share}, sum by (le) (increase(${promName(metric)}_bucket{${labels}}[${window}])))`;

  return {
    /**
     * Documents that wait, for their first attempt or for their next. Beside its task each document has a check, which is in the
     * queue for the whole interval even when the document has long been done: half of what was created in that time.
     */
    waitingDocuments:
      `sum(${promName('cloudtasks.googleapis.com/queue/depth')}{${queue}}) - ` +
      `(sum(increase(${operations}}[${checkIntervalSeconds}s])) or vector(0)) / 2`,
    attemptsByCode: (window: string) => `sum by (response_code) (increase(${attempts}}[${window}]))`,
    attempts: (window: string) => `sum(increase(${attempts}}[${window}]))`,
    attemptsPerSecond: (window: string) => `sum(rate(${attempts}}[${window}]))`,
    /** Calls to Cloud Tasks' API, most of which create a task. */
    operationsPerSecond: (window: string) => `sum(rate(${operations}}[${window}]))`,
    failedAttempts: (window: string) => `sum(increase(${attempts},${failure}}[${window}]))`,
    /** How much later than scheduled attempts come. */
    attemptDelay: (share: number, window: string) =>
      `${quantile(share, 'cloudtasks.googleapis.com/queue/task_attempt_delays', queue, window)} / 1000`,
    latency: (share: number, window: string) =>
      `${quantile(share, 'run.googleapis.com/request_latencies', revision, window)} / 1000`,
    errorsByCode: (window: string) =>
      `sum by (response_code) (increase(${requests},response_code=~"[45].."}[${window}]))`,
    /** Share of an instance's memory, 0 to 1. */
    memory: (share: number, window: string) =>
      quantile(share, 'run.googleapis.com/container/memory/utilizations', revision, window),
    instancesByState: `sum by (state) (${promName('run.googleapis.com/container/instance_count')}{${revision}})`,
    /** Seconds of instances that are billed, each second. */
    billedInstances: (window: string) =>
      `sum(rate(${promName('run.googleapis.com/container/billable_instance_time')}{${revision}}[${window}]))`,
    failedDocumentsByReason: (window: string) =>
      `sum by (reason) (increase(${promName(logMetric(failedDocuments))}{${revision}}[${window}]))`,
    /** Messages of a subscription that nobody has acknowledged. */
    undelivered: (subscription: string) =>
      `max(${promName('pubsub.googleapis.com/subscription/num_undelivered_messages')}{${ofSubscription(subscription)}})`,
    /** Of the oldest of them. */
    oldestUndelivered: (subscription: string) =>
      `max(${promName('pubsub.googleapis.com/subscription/oldest_unacked_message_age')}{${ofSubscription(subscription)}})`,
    /** Since the document was accepted. */
    ageAtStart: (share: number, window: string) => quantile(share, logMetric(ageAtStart), revision, window),
  };
}

export type MetricQueries = ReturnType<typeof metricQueries>;

function logMetric(name: string): string {
  return `logging.googleapis.com/user/${name}`;
}

/** PromQL's name of a metric: the first slash becomes a colon, all else that PromQL does not know an underscore. */
function promName(metric: string): string {
  return metric.replace('/', ':').replaceAll(/[^A-Za-z0-9_:]/g, '_');
}
