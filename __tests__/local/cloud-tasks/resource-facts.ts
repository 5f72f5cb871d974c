import type { Fact } from './conformance-fact.ts';
import { LOCATION } from './vocabulary.ts';

/** Queues, tasks and policies as a caller sees them. */
export const RESOURCE_FACTS: readonly Fact[] = [
  {
    fact: 'a new queue: 500/s, burst 100, 1,000 at once, 100 attempts, 16 doublings, 0.1 s to 1 h',
    source: 'reference: Queue',
    async check(emulator) {
      expect(await emulator.call('GetQueue', { name: emulator.queue })).toMatchObject({
        state: 'RUNNING',
        rateLimits: { maxDispatchesPerSecond: 500, maxBurstSize: 100, maxConcurrentDispatches: 1000 },
        retryConfig: {
          maxAttempts: 100,
          maxDoublings: 16,
          minBackoff: { seconds: '0', nanos: 100_000_000 },
          maxBackoff: { seconds: '3600', nanos: 0 },
        },
      });
    },
  },
  {
    fact: 'a mask updates what it names and nothing else',
    source: 'reference: UpdateQueueRequest.update_mask',
    async check(emulator) {
      const queue = {
        name: emulator.queue,
        rateLimits: { maxDispatchesPerSecond: 5 },
        retryConfig: { maxAttempts: 3 },
      };
      const updateMask = { paths: ['rate_limits.max_dispatches_per_second'] };
      expect(await emulator.call('UpdateQueue', { queue, updateMask })).toMatchObject({
        rateLimits: { maxDispatchesPerSecond: 5, maxConcurrentDispatches: 1000 },
        retryConfig: { maxAttempts: 100 },
      });
    },
  },
  {
    fact: 'a task is POST, due in 600 s, and has no body in the basic view',
    source: 'v2 proto: Task, HttpRequest',
    async check(emulator) {
      const task = await emulator.create('a', {
        httpRequest: { url: 'https://t.example/', body: Buffer.from('secret') },
        scheduleTime: emulator.inSeconds(60),
      });
      expect(task).toMatchObject({
        name: `${emulator.queue}/tasks/a`,
        view: 'BASIC',
        httpRequest: { httpMethod: 'POST', body: Buffer.alloc(0), headers: { 'User-Agent': 'Google-Cloud-Tasks' } },
        dispatchDeadline: { seconds: '600', nanos: 0 },
        dispatchCount: 0,
      });
      const full = await emulator.call('GetTask', { name: task.name, responseView: 'FULL' });
      expect(full.httpRequest.body).toEqual(Buffer.from('secret'));
    },
  },
  {
    fact: 'listing pages through everything once, in the order of creation',
    source: 'v2 proto: ListTasksRequest',
    async check(emulator) {
      const ids = ['c', 'a', 'b'];
      for (const id of ids) await emulator.create(id, { scheduleTime: emulator.inSeconds(60) });
      const all = await emulator.listTasks({ parent: emulator.queue, pageSize: 2 });
      expect(all.map(({ name }) => name)).toEqual(ids.map((id) => `${emulator.queue}/tasks/${id}`));
      const queues = await emulator.call('ListQueues', { parent: LOCATION });
      expect(queues).toContainEqual(expect.objectContaining({ name: emulator.queue }));
    },
  },
  {
    fact: 'a page of whole tasks fits into the 4 MiB that clients take, and no task is left out',
    source: 'gRPC: the default of max_receive_message_length',
    async check(emulator) {
      const ids = ['a', 'b', 'c', 'd', 'e'];
      for (const id of ids) {
        const httpRequest = { url: 'https://t.example/', body: Buffer.alloc(1_000_000) };
        await emulator.create(id, { scheduleTime: emulator.inSeconds(60), httpRequest });
      }
      const request = { parent: emulator.queue, pageSize: 5, responseView: 'FULL' as const };
      expect(await emulator.call('ListTasks', request)).toHaveLength(3);
      expect(await emulator.call('ListTasks', { ...request, responseView: 'BASIC' })).toHaveLength(5);
      const all = await emulator.listTasks(request);
      expect(all.map(({ name }) => name)).toEqual(ids.map((id) => `${emulator.queue}/tasks/${id}`));
    },
  },
  {
    fact: 'a policy that was changed since it was read is not overwritten',
    source: 'google.iam.v1 proto: Policy.etag',
    async check(emulator) {
      const resource = emulator.queue;
      const bindings = [{ role: 'roles/cloudtasks.enqueuer', members: ['user:a@example.com'] }];
      const { etag } = await emulator.call('SetIamPolicy', { resource, policy: { bindings } });
      expect((await emulator.call('GetIamPolicy', { resource })).bindings).toMatchObject(bindings);
      await emulator.call('SetIamPolicy', { resource, policy: { bindings: [], etag } });
      const late = emulator.call('SetIamPolicy', { resource, policy: { bindings, etag } });
      await expect(late).rejects.toThrow('There were concurrent policy changes.');
    },
  },
  {
    fact: 'v2beta3 is the same by another name, and says the type of a queue and its HTTP target',
    source: 'v2beta3 proto: Queue.type, Queue.http_target',
    async check(emulator) {
      const { queue: name } = emulator;
      const httpTarget = { uriOverride: { host: 'queue.example', scheme: 'HTTP' }, httpMethod: 'PUT' };
      const updateMask = { paths: ['http_target', 'rate_limits.max_dispatches_per_second'] };
      const queue = { name, httpTarget, rateLimits: { maxDispatchesPerSecond: 7 } };
      expect(await emulator.callBeta('UpdateQueue', { queue, updateMask })).toMatchObject({ type: 'PUSH', httpTarget });
      expect(await emulator.call('GetQueue', { name })).toMatchObject({ rateLimits: { maxDispatchesPerSecond: 7 } });
      const httpRequest = { url: 'https://t.example/', body: Buffer.from('hello') };
      const task = { name: `${name}/tasks/a`, httpRequest, scheduleTime: emulator.inSeconds(60) };
      expect(await emulator.callBeta('CreateTask', { parent: name, task })).toMatchObject({ name: task.name });
      const full = await emulator.callBeta('GetTask', { name: task.name, responseView: 'FULL' });
      expect(full.httpRequest.body).toEqual(Buffer.from('hello'));
      expect(await emulator.call('GetTask', { name: task.name })).toMatchObject({ name: task.name });
    },
  },
  {
    fact: 'what only v2beta3 has is refused where it says anything',
    source: 'ours',
    async check(emulator) {
      const { queue: name } = emulator;
      const queue = { name, taskTtl: { seconds: 864_000 } };
      await expect(emulator.callBeta('UpdateQueue', { queue })).rejects.toThrow(
        'Tasks live for 31 days in every queue',
      );
      const readMask = { paths: ['name', 'stats'] };
      await expect(emulator.callBeta('GetQueue', { name, readMask })).rejects.toThrow('Queue.stats is not kept here');
      const task = { httpRequest: { url: 'https://t.example/' }, retryConfig: { maxAttempts: 3 } };
      await expect(emulator.callBeta('CreateTask', { parent: name, task })).rejects.toThrow("A task's own retries");
    },
  },
  {
    fact: 'locations: those that have a queue',
    source: 'google.cloud.location.Locations; that others are left out is ours',
    async check(emulator) {
      const [, project = '', , location = ''] = emulator.queue.split('/');
      const shown = expect.objectContaining({
        name: `projects/${project}/locations/${location}`,
        locationId: location,
      });
      expect(await emulator.location(`projects/${project}/locations/${location}`)).toEqual(shown);
      expect(await emulator.locations(`projects/${project}`)).toEqual([shown]);
      expect(await emulator.locations('projects/other')).toEqual([]);
    },
  },
];
