/** The canonical code that stands for an HTTP status (google/rpc/code.proto). */
const RPC_CODES: Readonly<Record<number, readonly [name: string, code: number]>> = {
  400: ['INVALID_ARGUMENT', 3],
  401: ['UNAUTHENTICATED', 16],
  403: ['PERMISSION_DENIED', 7],
  404: ['NOT_FOUND', 5],
  409: ['ABORTED', 10],
  429: ['RESOURCE_EXHAUSTED', 8],
  499: ['CANCELLED', 1],
  500: ['INTERNAL', 13],
  501: ['UNIMPLEMENTED', 12],
  503: ['UNAVAILABLE', 14],
  504: ['DEADLINE_EXCEEDED', 4],
};

/** `google.rpc.Status` of an attempt: `UNAVAILABLE(14): HTTP status code 503`, as the real service writes it. */
export function rpcStatus(httpStatus: number): { code?: number; message?: string } {
  if (httpStatus >= 200 && httpStatus <= 299) return {};
  const [name, code] = RPC_CODES[httpStatus] ?? ['UNKNOWN', 2];
  return { code, message: `${name}(${code}): HTTP status code ${httpStatus}` };
}
