import type { Measurement } from './measurement.ts';
import { millisecondsOfLoad, processRequest, withRemovedSignature } from './request-load.ts';
import { startRequestServer } from './request-server-process.ts';

const REQUESTS = 50_000;
const CONNECTIONS = 16;
/** More than this is growth: what is in the heap after a collection varies by what was compiled last. */
const HEAP_AIM = { timesBaseline: 1.05 };
/** Resident memory has pages as well that V8 has not given back yet. */
const RESIDENT_AIM = { timesBaseline: 1.1 };

/**
 * V8 doubles the space for what is new once more, some time in the first 100,000 requests: 55 MB that are neither given back nor
 * followed by more. With a fixed size from the start, what resident memory grows by is what is kept.
 */
const FIXED_NEW_SPACE = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

/**
 * Memory of the handler after 50,000 requests, against that after the first 25,000: the first half fills every cache, so that
 * the second must add nothing. Measured once, as it is no matter of speed.
 */
export const handlerMemory: Measurement = {
  name: 'handler-memory',
  async measure({ signal }) {
    await using server = await startRequestServer('handler behind Cloud Run', signal, FIXED_NEW_SPACE);
    const { port } = server;
    const token = withRemovedSignature(server.token);
    const half = async (run: string) => {
      const requestOf = processRequest({ token, run });
      await millisecondsOfLoad({ port, requests: REQUESTS / 2, connections: CONNECTIONS, requestOf, signal });
      return server.memoryUse();
    };
    const before = await half('first');
    const after = await half('second');
    const shared = { baselineName: 'after 25,000', unit: 'MB' } as const;
    return [
      {
        ...shared,
        what: 'heap after 50,000 requests',
        measured: after.heapMegabytes,
        baseline: before.heapMegabytes,
        aim: HEAP_AIM,
      },
      {
        ...shared,
        what: 'resident memory after 50,000 requests',
        measured: after.residentMegabytes,
        baseline: before.residentMegabytes,
        aim: RESIDENT_AIM,
      },
    ];
  },
};
