import fc from 'fast-check';
import { applyChange, type Change, changesOf, emptyState } from '../../../local/cloud-tasks/changes.ts';
import { DEFAULT_SETTINGS } from '../../../local/cloud-tasks/queue-update.ts';
import { newTask } from '../../../local/cloud-tasks/task-progress.ts';
import { LOCATION } from './vocabulary.ts';

const queue = fc.constantFrom(`${LOCATION}/queues/a`, `${LOCATION}/queues/b`);
const task = fc.tuple(queue, fc.constantFrom('x', 'y', 'z')).map(([name, id]) => `${name}/tasks/${id}`);
const at = fc.nat(1000);

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constant('queue' as const),
    name: queue,
    settings: fc.constant(DEFAULT_SETTINGS),
    state: fc.constantFrom('RUNNING' as const, 'PAUSED' as const),
    purgeTime: fc.option(at, { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('queueDeleted' as const), name: queue, at }),
  fc.record({ kind: fc.constant('purged' as const), queue, at }),
  fc.record({ queue, etag: fc.string() }).map(({ queue, etag }): Change => {
    return { kind: 'policy', queue, policy: { version: 1, bindings: [], etag } };
  }),
  fc.tuple(task, at).map(([name, createTime]): Change => {
    const httpRequest = { url: 'https://t.example/', httpMethod: 'POST' as const, headers: {} };
    const accepted = { name, httpRequest, createTime, scheduleTime: createTime, dispatchDeadlineMs: 600_000 };
    return { kind: 'task', task: newTask(accepted, createTime) };
  }),
  fc.tuple(task, at).map(([name, time]): Change => {
    const counts = { dispatchCount: time, responseCount: time, executionCount: time };
    const lastAttempt = { scheduleTime: time, dispatchTime: time, status: 500 };
    return { kind: 'progress', name, scheduleTime: time, firstDispatchTime: time, lastAttempt, ...counts };
  }),
  fc.record({ kind: fc.constant('taskEnded' as const), name: task, at }),
);

const replay = (changes: Iterable<Change>) => {
  const state = emptyState();
  // As the journal has them: through JSON, each an object of its own.
  for (const one of changes) applyChange(state, JSON.parse(JSON.stringify(one)));
  return state;
};

test('a snapshot makes the very state that all changes made', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const state = replay(changes);
      expect(replay(changesOf(state))).toEqual(state);
    }),
  );
});

test('any change may come twice: a snapshot can be taken while one is under way', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const last = changes.slice(-1);
      expect(replay([...changes, ...last])).toEqual(replay(changes));
    }),
  );
});
