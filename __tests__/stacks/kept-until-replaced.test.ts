import { everythingOn } from './everything-on.ts';
import { resources, stackJson } from './synthesised-stack.ts';

test('nothing that the service waits for is destroyed before the service is changed', () => {
  const json = stackJson(everythingOn);
  const all = resources(json);
  const service = all.find(({ type }) => type === 'google_cloud_run_v2_service');
  // What it names, and what that names in turn.
  const used = new Set<string>();
  const collect = (text: string): void => {
    for (const { address, block } of all) {
      if (used.has(address) || !new RegExp(`\\b${address}\\b`).test(text)) continue;
      used.add(address);
      collect(JSON.stringify(block));
    }
  };
  collect(JSON.stringify(service?.block));
  expect(used.size).toBeGreaterThan(15);
  const atOnce = all.filter(({ address, block }) => used.has(address) && !block.lifecycle?.create_before_destroy);
  expect(atOnce.map(({ address }) => address)).toEqual([]);
});

test('the service makes room for its successor, whose name is the same', () => {
  const [service] = Object.values(stackJson().resource.google_cloud_run_v2_service ?? {});
  expect(service?.lifecycle).toEqual({ ignore_changes: ['scaling'] });
});

test('a queue that must not be destroyed stays so', () => {
  const [queue] = Object.values(stackJson({ environment: 'prod' }).resource.google_cloud_tasks_queue ?? {});
  expect(queue?.lifecycle).toEqual({ prevent_destroy: true, create_before_destroy: true });
});
