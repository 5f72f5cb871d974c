/** `traceparent` (https://www.w3.org/TR/trace-context/): version, trace, span, flags. A later version may have more behind them. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;
/** `X-Cloud-Trace-Context` (Cloud Trace, "Legacy trace context"): trace, decimal span, whether it is sampled. */
const CLOUD_TRACE = /^((?!0{32})[0-9a-f]{32})(?:\/(\d{1,20}))?(?:;o=([01]))?$/;

const SAMPLED = '01';

/** What a `traceparent` says, as version 00 writes it; undefined when it is none. */
export function parseTraceparent(text: string): string | undefined {
  return TRACEPARENT.test(text) ? `00${text.slice(2, 55)}` : undefined;
}

/**
 * The trace that a request belongs to, from either header that Cloud Run sets; undefined without one.
 *
 * @returns a `traceparent`
 */
export function traceparentOf(header: (name: string) => string | undefined): string | undefined {
  return parseTraceparent(header('traceparent') ?? '') ?? parseCloudTrace(header('x-cloud-trace-context') ?? '');
}

function parseCloudTrace(text: string): string | undefined {
  const [, trace, span = '0', sampled] = CLOUD_TRACE.exec(text) ?? [];
  if (trace === undefined) return undefined;
  const number = BigInt.asUintN(64, BigInt(span));
  // Where no span is named, any will do that is one: what is below it hangs on the trace itself.
  const parent = number === 0n ? '1' : number.toString(16);
  return `00-${trace}-${parent.padStart(16, '0')}-${sampled === '0' ? '00' : SAMPLED}`;
}

/** The log field by which Cloud Logging groups lines (reference: `LogEntry.trace`). Empty without a trace or a project. */
export function traceField(
  projectId: string,
  traceparent: string | undefined,
): { 'logging.googleapis.com/trace'?: string } {
  if (traceparent === undefined || projectId === '') return {};
  return { 'logging.googleapis.com/trace': `projects/${projectId}/traces/${traceIdOf(traceparent)}` };
}

/** Where Google's console shows a trace, and the log lines under it. */
export function traceLinks(projectId: string, traceparent: string): { readonly trace: string; readonly logs: string } {
  const id = traceIdOf(traceparent);
  const query = encodeURIComponent(`trace="projects/${projectId}/traces/${id}"`);
  return {
    trace: `https://console.cloud.google.com/traces/list?project=${projectId}&tid=${id}`,
    logs: `https://console.cloud.google.com/logs/query;query=${query}?project=${projectId}`,
  };
}

function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
