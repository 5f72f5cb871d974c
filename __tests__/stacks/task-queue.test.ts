import type { Construct } from 'constructs';
import { type QueueLimits, queueLimits, TaskQueue } from '../../stacks/task-queue.ts';
import { jsonOf, only, problemsIn } from './synthesised-stack.ts';

function queue(limits: QueueLimits = {}, preventDestroy = false) {
  return (scope: Construct) => {
    const place = { name: 'documents', location: 'europe-west1', projectId: 'my-project' };
    return new TaskQueue(scope, 'queue', { ...place, limits: queueLimits(limits, 40), preventDestroy });
  };
}

test('dispatches at full speed and backs off from 10 s to 300 s by default', () => {
  expect(only(jsonOf(queue()), 'google_cloud_tasks_queue')).toMatchObject({
    name: 'documents',
    location: 'europe-west1',
    project: 'my-project',
    rate_limits: { max_dispatches_per_second: 500, max_concurrent_dispatches: 40 },
    retry_config: { max_attempts: 5, min_backoff: '10s', max_backoff: '300s', max_doublings: 3 },
    stackdriver_logging_config: { sampling_ratio: 1 },
  });
});

test('has no limit in time on retries, so that the number of attempts is exact', () => {
  expect(only(jsonOf(queue()), 'google_cloud_tasks_queue').retry_config.max_retry_duration).toBe('0s');
});

test('takes every limit', () => {
  const limits = {
    maxDispatchesPerSecond: 2.5,
    maxConcurrentDispatches: 7,
    maxAttempts: 9,
    minBackoffSeconds: 0.5,
    maxBackoffSeconds: 60,
    maxDoublings: 1,
    logSamplingRatio: 0.1,
  };
  expect(only(jsonOf(queue(limits)), 'google_cloud_tasks_queue')).toMatchObject({
    rate_limits: { max_dispatches_per_second: 2.5, max_concurrent_dispatches: 7 },
    retry_config: { max_attempts: 9, min_backoff: '0.5s', max_backoff: '60s', max_doublings: 1 },
    stackdriver_logging_config: { sampling_ratio: 0.1 },
  });
});

test('logs nothing by saying nothing: a 0 would come back in every plan', () => {
  expect(only(jsonOf(queue({ logSamplingRatio: 0 })), 'google_cloud_tasks_queue')).not.toHaveProperty(
    'stackdriver_logging_config',
  );
});

test('is destroyed only where nothing forbids it', () => {
  expect(only(jsonOf(queue()), 'google_cloud_tasks_queue').lifecycle).toBeUndefined();
  expect(only(jsonOf(queue({}, true)), 'google_cloud_tasks_queue').lifecycle).toEqual({
    prevent_destroy: true,
  });
});

test('grants the enqueuer role on this queue alone', () => {
  const json = jsonOf((scope) => queue()(scope).grantEnqueue('enqueuer', 'user:a@example.com'));
  /* biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own references */
  expect(only(json, 'google_cloud_tasks_queue_iam_member')).toEqual({
    name: '${google_cloud_tasks_queue.queue.name}',
    location: '${google_cloud_tasks_queue.queue.location}',
    project: '${google_cloud_tasks_queue.queue.project}',
    role: 'roles/cloudtasks.enqueuer',
    member: 'user:a@example.com',
  });
  /* biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own references */
});

test.each([0, -1, 500.1, Number.NaN])('refuses %d dispatches a second', (maxDispatchesPerSecond) => {
  expect(problemsIn(queue({ maxDispatchesPerSecond }))).toEqual([
    'A queue dispatches more than 0 and at most 500 tasks a second; ' +
      `received ${maxDispatchesPerSecond}: use several queues for more.`,
  ]);
});

test.each([0, 5001, 1.5])('refuses %d concurrent dispatches', (maxConcurrentDispatches) => {
  expect(problemsIn(queue({ maxConcurrentDispatches }))).toEqual([
    `A queue has 1 to 5000 concurrent dispatches; received ${maxConcurrentDispatches}: use several queues for more.`,
  ]);
});

test.each([-1, 0, 101, 2.5])('refuses %d attempts', (maxAttempts) => {
  expect(problemsIn(queue({ maxAttempts }))).toEqual([
    `A task gets 1 to 100 attempts; received ${maxAttempts}: ` +
      'a document that cannot work must end as FAILED, so the number is finite.',
  ]);
});

test.each([
  [0, 300],
  [301, 300],
  [10, 3601],
  [10, Number.NaN],
])('refuses a backoff from %d s to %d s', (minBackoffSeconds, maxBackoffSeconds) => {
  expect(problemsIn(queue({ minBackoffSeconds, maxBackoffSeconds }))).toEqual([
    'The backoff grows from above 0 s to its maximum, at most 3600 s; ' +
      `received ${minBackoffSeconds} s to ${maxBackoffSeconds} s: change minBackoffSeconds or maxBackoffSeconds.`,
  ]);
});

test.each([-1, 0, 17, 0.5])('refuses %d doublings', (maxDoublings) => {
  expect(problemsIn(queue({ maxDoublings }))).toEqual([
    `The backoff doubles 1 to 16 times; received ${maxDoublings}: choose a whole number in that range (a 0 never reaches ` +
      'Cloud Tasks, which doubles 16 times then; for a backoff that hardly grows lower maxBackoffSeconds).',
  ]);
});

test.each([-0.1, 1.1])('refuses to log a share of %d', (logSamplingRatio) => {
  expect(problemsIn(queue({ logSamplingRatio }))).toEqual([
    `The share of logged operations is from 0 to 1; received ${logSamplingRatio}: 0 is none, 1 is all.`,
  ]);
});
