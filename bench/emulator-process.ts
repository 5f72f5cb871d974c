/**
 * One side of a measurement of the emulator in a process of its own, forked: `emulator-process.ts KIND`. Says its port, and answers orders.
 */
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { startCloudTasks } from '../local/cloud-tasks/cloud-tasks.ts';
import { serviceDefinitions } from '../local/cloud-tasks/grpc/definition.ts';
import { atOnce } from './at-once.ts';
import { BENCH_QUEUE, CONCURRENT_DISPATCHES, CREATED_TASK, type Order, type ProcessKind } from './emulator-orders.ts';

const HOST = '127.0.0.1';
const say = (message: object) => process.send?.(message);

const KINDS: Record<ProcessKind, () => Promise<number>> = {
  async emulator() {
    const rateLimits = { maxConcurrentDispatches: CONCURRENT_DISPATCHES };
    const queues = [{ name: BENCH_QUEUE, state: 'PAUSED' as const, rateLimits }];
    const tasks = await startCloudTasks({ rateLimited: false, queues });
    onOrder(async ({ deliver, url }) => {
      for (let task = 0; task < deliver; task++) {
        tasks.call('CreateTask', { parent: BENCH_QUEUE, task: { httpRequest: { url } } });
      }
      const started = performance.now();
      tasks.call('ResumeQueue', { name: BENCH_QUEUE });
      await tasks.drain();
      const milliseconds = performance.now() - started;
      tasks.call('PauseQueue', { name: BENCH_QUEUE });
      return milliseconds;
    });
    return tasks.port;
  },
  async grpcServer() {
    const server = new Server();
    const { CreateTask } = serviceDefinitions().v2;
    const createTask = (_call: unknown, callback: sendUnaryData<object>) => callback(null, CREATED_TASK);
    if (CreateTask) server.addService({ CreateTask }, { CreateTask: createTask });
    return new Promise((resolve, reject) => {
      server.bindAsync(`${HOST}:0`, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  },
  httpServer() {
    const answer = JSON.stringify(CREATED_TASK);
    const server = createServer((incoming, response) => {
      incoming.resume().on('end', () => response.setHeader('Content-Type', 'application/json').end(answer));
    });
    return new Promise((resolve) => {
      server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port));
    });
  },
  async httpClient() {
    const agent = new Agent({ keepAlive: true });
    onOrder(async ({ deliver, url }) => {
      const started = performance.now();
      await atOnce(CONCURRENT_DISPATCHES, deliver, () => post(url, agent));
      return performance.now() - started;
    });
    return 0;
  },
};

function post(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', agent }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end();
  });
}

function onOrder(deliver: (order: Order & { kind: 'deliver' }) => Promise<number>): void {
  process.on('message', async (order: Order) => {
    if (order.kind === 'deliver') say({ milliseconds: await deliver(order) });
    else say({ cpuMilliseconds: cpuMilliseconds() });
  });
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

say({ port: await KINDS[process.argv[2] as ProcessKind]() });
