import { deadlinesFor } from '../../../deadlines.ts';
import { type Block, stackJson, stackProblems, type TerraformJson } from '../synthesised-stack.ts';

function policies(json: TerraformJson): Map<string, Block> {
  const all = Object.values(json.resource.google_monitoring_alert_policy ?? {});
  return new Map(all.map((policy) => [policy.display_name, policy]));
}

function conditions(props: Parameters<typeof stackJson>[0] = {}): Block[] {
  const all = [...policies(stackJson({ projectId: 'my-project', ...props })).values()];
  return all.map(({ conditions: [condition] }) => condition);
}

function queries(props: Parameters<typeof stackJson>[0] = {}): string[] {
  const all = conditions(props).map((condition) => condition.condition_prometheus_query_language?.query);
  return all.filter((query) => query !== undefined).sort();
}

function logFilters(props: Parameters<typeof stackJson>[0] = {}): string[] {
  const all = conditions(props).map((condition) => condition.condition_matched_log?.filter);
  return all.filter((filter) => filter !== undefined).sort();
}

const find = (all: string[], part: string) => all.filter((query) => query.includes(part)).join();

test('there is an alert for each way in which the stack goes wrong', () => {
  expect([...policies(stackJson()).values()].map(({ display_name }) => display_name).sort()).toEqual([
    'document-processing-dev: a document failed',
    'document-processing-dev: a request was answered 504',
    'document-processing-dev: an instance uses more than 90 % of its memory',
    'document-processing-dev: attempts start more than 600 s late',
    'document-processing-dev: documents are older than 1800 s when their turn comes',
    'document-processing-dev: more than 10 % of the attempts fail',
    'document-processing-dev: more than 400 documents wait',
    'document-processing-dev: requests take more than 432 s',
    'document-processing-dev: the service was opened to everybody',
  ]);
});

test('every alert says what to do', () => {
  for (const policy of policies(stackJson()).values()) {
    expect(policy).toMatchObject({
      combiner: 'OR',
      notification_channels: [],
      alert_strategy: { auto_close: '1800s' },
    });
    expect(policy.documentation.content).toMatch(/^[A-Z`].{40,}\.$/s);
    expect(['CRITICAL', 'ERROR', 'WARNING']).toContain(policy.severity);
  }
});

test('an alert on a metric can be made before the metric exists', () => {
  const all = conditions().flatMap(({ condition_prometheus_query_language: query }) => query ?? []);
  expect(all).toHaveLength(6);
  for (const query of all) expect(query).toMatchObject({ disable_metric_validation: true, evaluation_interval: '60s' });
});

test('what a single event is worth an alert for is looked for in the logs, as the first point of a series is no increase', () => {
  const of = (...terms: string[]) =>
    [
      'resource.type="cloud_run_revision"',
      'resource.labels.service_name="document-processing-dev"',
      'resource.labels.location="us-central1"',
      ...terms,
    ].join(' AND ');
  expect(logFilters()).toEqual([
    of('jsonPayload.message="Attempt ended"', 'jsonPayload.status="FAILED"'),
    of(
      'log_id("cloudaudit.googleapis.com/activity")',
      'protoPayload.methodName:"Services.SetIamPolicy"',
      'protoPayload.request.policy.bindings.members=("allUsers" OR "allAuthenticatedUsers")',
    ),
    of('log_id("run.googleapis.com/requests")', 'httpRequest.status=504'),
  ]);
  expect(queries().filter((query) => /increase\(.*\)\)? > 0$/.test(query))).toEqual([]);
});

test('of many log lines one is told every five minutes, which Cloud Monitoring asks for with log lines alone', () => {
  for (const { alert_strategy, conditions } of policies(stackJson()).values()) {
    const isOfLogs = 'condition_matched_log' in conditions[0];
    expect(alert_strategy.notification_rate_limit).toEqual(isOfLogs ? { period: '300s' } : undefined);
  }
});

test('every alert looks at this stack alone', () => {
  for (const filter of logFilters({ environment: 'prod' })) {
    expect(filter).toContain('service_name="document-processing-prod"');
  }
  for (const query of queries({ environment: 'prod' })) {
    const selectors = query.match(/\{[^}]*\}/g) ?? [];
    expect(selectors.length).toBeGreaterThan(0);
    for (const selector of selectors) {
      expect(selector).toContain('project_id="my-project"');
      expect(selector).toMatch(/service_name="document-processing-prod"|queue_id=~"document-processing-prod\(/);
    }
  }
});

test('the thresholds follow from the deadline chain and the capacity', () => {
  const all = queries({ dispatchDeadlineSeconds: 100, maxInstances: 3, concurrency: 2 });
  expect(find(all, 'queue_depth')).toMatch(/ > 60$/);
  expect(find(all, 'attempt_delays')).toMatch(/ \/ 1000 > 100$/);
  expect(find(all, 'request_latencies')).toMatch(new RegExp(` / 1000 > ${0.8 * deadlinesFor(100).budgetSeconds}$`));
  expect(find(all, 'age_at_start')).toMatch(/ > 300$/);
});

test('the share of failed attempts counts every answer but success, and only where there are enough', () => {
  const query = find(queries(), 'response_code!~');
  const failure = /response_code!~"([^"]*)"/.exec(query)?.[1] ?? '';
  const isFailure = (code: string) => !new RegExp(`^(${failure.replace('(?i:ok)', '[oO][kK]')})$`).test(code);
  expect(['200', '204', 'ok', 'OK'].filter(isFailure)).toEqual([]);
  expect(['409', '500', '503', '504', 'deadline_exceeded', '', '2000'].filter((code) => !isFailure(code))).toEqual([]);
  expect(query).toMatch(/ > 0\.1 and sum\(increase\(.*\)\) >= 20$/);
});

test("the depth adds up all queues and leaves out the documents' checks", () => {
  const labels =
    '{monitored_resource="cloud_tasks_queue",project_id="my-project",' +
    'queue_id=~"document-processing-dev(-queue-[0-9]+)?"}';
  expect(find(queries({ queueCount: 2 }), 'queue_depth')).toBe(
    `sum(cloudtasks_googleapis_com:queue_depth${labels}) - ` +
      `(sum(increase(cloudtasks_googleapis_com:api_request_count${labels}[960s])) or vector(0)) / 2 > 400`,
  );
});

test('every alert tells the channels', () => {
  const notificationChannels = ['projects/my-project/notificationChannels/1', 'projects/other/notificationChannels/2'];
  for (const policy of policies(stackJson({ notificationChannels })).values()) {
    expect(policy.notification_channels).toEqual(notificationChannels);
  }
});

test('refuses a channel that is no channel name', () => {
  expect(stackProblems({ notificationChannels: ['a@example.com'] })).toEqual([
    "A notification channel is named 'projects/P/notificationChannels/ID'; received 'a@example.com': " +
      "'gcloud beta monitoring channels list' shows the names.",
  ]);
});

test('monitoring can be left out', () => {
  const types = Object.keys(stackJson({ monitoring: false }).resource);
  expect(types.filter((type) => /monitoring|logging/.test(type))).toEqual([]);
});
