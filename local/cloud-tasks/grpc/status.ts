import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { CloudTasksError, CODES, type HelpLink } from '../errors.ts';

/** An error as gRPC's status; whatever is not an error of the API is INTERNAL. */
export function grpcStatusOf(error: unknown): StatusObject {
  const metadata = new Metadata();
  if (!(error instanceof CloudTasksError)) {
    return { code: CODES.INTERNAL.grpc, details: error instanceof Error ? error.message : String(error), metadata };
  }
  const code = CODES[error.code].grpc;
  if (error.help) metadata.set('grpc-status-details-bin', statusProto(code, error.message, error.help));
  return { code, details: error.message, metadata };
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
