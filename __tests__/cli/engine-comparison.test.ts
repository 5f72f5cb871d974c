import { compareEngines } from '../../cli/engine-comparison.ts';

function stack(version: string, name = 'documents') {
  const resource = { google_cloud_tasks_queue: { queue: { name } }, google_storage_bucket: { a: {}, b: {} } };
  return { '//': { metadata: { backend: 'local', version } }, resource };
}

test('two engines that make the same but for their version', () => {
  expect(compareEngines('dev', stack('0.21.0'), stack('0.24.0'))).toEqual({
    isSame: true,
    line: 'dev: the same by cdktf 0.21.0 and cdktn 0.24.0 (3 resources)',
  });
});

test('two engines that make something else', () => {
  expect(compareEngines('dev', stack('0.21.0'), stack('0.24.0', 'other'))).toEqual({
    isSame: false,
    line: 'dev: differs between cdktf 0.21.0 and cdktn 0.24.0, first at resource.google_cloud_tasks_queue.queue.name',
  });
});

test('one engine in two is no comparison', () => {
  expect(compareEngines('dev', stack('0.21.0'), stack('0.21.0'))).toEqual({
    isSame: false,
    line: 'dev: not compared, cdktf 0.21.0 and cdktn 0.21.0 are the same engine',
  });
});
