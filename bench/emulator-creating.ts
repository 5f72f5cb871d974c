import { CloudTasksClient } from '@google-cloud/tasks';
import { PassThroughClient } from 'google-auth-library';
import { GrpcClient } from 'google-gax';
import { atOnce } from './at-once.ts';
import { BENCH_QUEUE } from './emulator-orders.ts';
import { forked } from './forked.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

const TASKS = 1000;
const AT_ONCE = 50;
/** At least 0.7 of the bare server's rate. */
const AIM = { timesBaseline: 1.4 };

/** Creating tasks through Google's client, over both of its transports, against servers that answer a constant. */
export const emulatorCreating: Measurement = {
  name: 'emulator-creating',
  async measure({ runs, signal }) {
    await using emulator = await forked('emulator', signal);
    await using bareGrpc = await forked('grpcServer', signal);
    await using bareHttp = await forked('httpServer', signal);
    const clients = {
      grpc: grpcClient(emulator.port),
      bareGrpc: grpcClient(bareGrpc.port),
      rest: restClient(emulator.port),
      bareHttp: restClient(bareHttp.port),
    };
    try {
      const samples = await interleave(runs, {
        grpc: () => creating(clients.grpc),
        bareGrpc: () => creating(clients.bareGrpc),
        rest: () => creating(clients.rest),
        bareHttp: () => creating(clients.bareHttp),
      });
      const what = (wire: string) => `creating ${TASKS} tasks over ${wire}`;
      return [
        {
          what: what('gRPC'),
          baselineName: 'bare grpc-js server',
          unit: 'ms',
          measured: median(samples.grpc),
          baseline: median(samples.bareGrpc),
          aim: AIM,
        },
        {
          what: what('REST'),
          baselineName: 'bare node:http server',
          unit: 'ms',
          measured: median(samples.rest),
          baseline: median(samples.bareHttp),
          aim: AIM,
        },
      ];
    } finally {
      await Promise.all(Object.values(clients).map((client) => client.close()));
    }
  },
};

async function creating(client: CloudTasksClient): Promise<number> {
  const task = { httpRequest: { url: 'https://t.example/', body: Buffer.from('{"documentId":"a1b2c3"}') } };
  const started = performance.now();
  await atOnce(AT_ONCE, TASKS, () => client.createTask({ parent: BENCH_QUEUE, task }));
  return performance.now() - started;
}

function grpcClient(port: number): CloudTasksClient {
  const sslCreds = new GrpcClient().grpc.credentials.createInsecure();
  return new CloudTasksClient({ apiEndpoint: '127.0.0.1', port, sslCreds, authClient: new PassThroughClient() });
}

function restClient(port: number): CloudTasksClient {
  const rest = { fallback: true, protocol: 'http' };
  return new CloudTasksClient({ ...rest, apiEndpoint: '127.0.0.1', port, authClient: new PassThroughClient() });
}
