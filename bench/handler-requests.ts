import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { millisecondsOfLoad, processRequest, withRemovedSignature } from './request-load.ts';
import { type ServerReady, startRequestServer } from './request-server-process.ts';

const REQUESTS = 3000;
/** Until V8 has compiled what is run often: from about here on, the times of both stay the same. */
const WARM_UP_REQUESTS = 50_000;
const CONNECTIONS = 16;

/** Requests that process a document with a converter that does nothing, against a route that does nothing. */
export const handlerRequests: Measurement = {
  name: 'handler-requests',
  async measure({ runs, signal }) {
    await using bare = await startRequestServer('bare route', signal);
    await using checking = await startRequestServer('handler', signal);
    await using behindCloudRun = await startRequestServer('handler behind Cloud Run', signal);
    let round = 0;
    const thousand = async ({ port, token }: ServerReady, requests = REQUESTS) => {
      const requestOf = processRequest({ token, run: `run-${++round}` });
      const milliseconds = await millisecondsOfLoad({ port, requests, connections: CONNECTIONS, requestOf, signal });
      return (milliseconds / requests) * 1000;
    };
    const unsigned = { port: behindCloudRun.port, token: withRemovedSignature(behindCloudRun.token) };
    for (const server of [bare, checking, unsigned]) await thousand(server, WARM_UP_REQUESTS);
    const samples = await interleave(runs, {
      bare: () => thousand(bare),
      checking: () => thousand(checking),
      behindCloudRun: () => thousand(unsigned),
    });
    const shared = { baselineName: 'bare Hono route', unit: 'ms', baseline: median(samples.bare) } as const;
    const aim = { timesBaseline: 2 };
    return [
      { ...shared, what: '1,000 requests behind Cloud Run', measured: median(samples.behindCloudRun), aim },
      { ...shared, what: '1,000 requests with signatures', measured: median(samples.checking), aim },
    ];
  },
};
