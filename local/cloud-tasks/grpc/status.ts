import { CloudTasksError, CODES, type HelpLink } from '../errors.ts';

/** A call's end, other than OK. */
export interface GrpcStatus {
  readonly code: number;
  readonly message: string;
  /** `google.rpc.Status`, encoded, where there is more to tell. */
  readonly details?: Buffer;
}

/** What the wire itself refuses, whatever the method. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: number;

  constructor(code: keyof typeof WIRE_CODES, message: string) {
    super(message);
    this.code = WIRE_CODES[code];
  }
}

const WIRE_CODES = { RESOURCE_EXHAUSTED: 8, UNIMPLEMENTED: CODES.UNIMPLEMENTED.grpc, INTERNAL: CODES.INTERNAL.grpc };

/** An error as gRPC's status; whatever is not an error of the API or the wire is INTERNAL. */
export function grpcStatusOf(error: unknown): GrpcStatus {
  if (error instanceof GrpcError) return { code: error.code, message: error.message };
  if (!(error instanceof CloudTasksError)) {
    return { code: CODES.INTERNAL.grpc, message: error instanceof Error ? error.message : String(error) };
  }
  const { message, help } = error;
  const code = CODES[error.code].grpc;
  return { code, message, ...(help && { details: statusProto(code, message, help) }) };
}

/**
 * `google.rpc.Status` with a `google.rpc.Help`, encoded: the protos that ship with Google's client do not have the latter, and every
 * field here is one of three kinds.
 */
function statusProto(code: number, message: string, help: HelpLink): Buffer {
  const link = Buffer.concat([field(1, help.description), field(2, help.url)]);
  const any = Buffer.concat([field(1, 'type.googleapis.com/google.rpc.Help'), field(2, field(1, link))]);
  return Buffer.concat([Buffer.from([1 << 3, code]), field(2, message), field(3, any)]);
}

/** A length-delimited field: its tag, its length as a varint, its bytes. */
function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, rest]), bytes]);
}
