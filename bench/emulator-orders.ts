/** What the measurements of the emulator and their processes tell each other. */
export type ProcessKind = 'emulator' | 'grpcServer' | 'httpServer' | 'httpClient';

export type Order =
  /** Deliver so many requests to a URL; answered with the milliseconds it took. */
  | { readonly kind: 'deliver'; readonly deliver: number; readonly url: string }
  /** Say how much CPU time has been used so far, in milliseconds. */
  | { readonly kind: 'cpu' };

export const BENCH_QUEUE = 'projects/bench/locations/us-central1/queues/bench';

/** Requests on their way at once, when delivering. */
export const CONCURRENT_DISPATCHES = 100;

/** What a bare server answers to every CreateTask. */
export const CREATED_TASK = {
  name: `${BENCH_QUEUE}/tasks/1234567890123456789`,
  httpRequest: { url: 'https://t.example/', httpMethod: 'POST', headers: { 'User-Agent': 'Google-Cloud-Tasks' } },
  view: 'BASIC',
};
