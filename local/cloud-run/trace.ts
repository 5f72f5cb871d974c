/** Headers that tie a request to its trace. */
export interface TraceHeaders {
  readonly traceparent: string;
  readonly 'x-cloud-trace-context': string;
}

/**
 * Both of the headers that Cloud Run sets, of the trace that the caller began or else of a new one.
 *
 * @param traceparent the caller's header (W3C Trace Context)
 * @param randomHex as many random hexadecimal digits as it is asked for
 */
export function traceHeaders(traceparent: string | undefined, randomHex: (digits: number) => string): TraceHeaders {
  const given = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '');
  const trace = given?.[1] ?? randomHex(32);
  const span = randomHex(16);
  return {
    traceparent: `00-${trace}-${span}-01`,
    'x-cloud-trace-context': `${trace}/${BigInt(`0x${span}`)};o=1`,
  };
}
