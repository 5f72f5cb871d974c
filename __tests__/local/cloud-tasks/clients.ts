import { CloudTasksClient, v2beta3 } from '@google-cloud/tasks';
import { PassThroughClient } from 'google-auth-library';
import { GrpcClient } from 'google-gax';
import type { MethodName, Version } from '../../../local/cloud-tasks/messages.ts';

/** The two wires of the official client. */
export const WIRES = ['gRPC', 'REST'] as const;
export type Wire = (typeof WIRES)[number];

/** Google's own client, unchanged, pointed at an emulator over one of its two transports. */
export function officialClient(wire: Wire, port: number, version: Version = 'v2') {
  const Client = version === 'v2' ? CloudTasksClient : (v2beta3.CloudTasksClient as unknown as typeof CloudTasksClient);
  const endpoint = { apiEndpoint: '127.0.0.1', port, authClient: new PassThroughClient() };
  return wire === 'REST'
    ? new Client({ ...endpoint, fallback: true, protocol: 'http' })
    : // The credentials must come from google-gax's own copy of grpc-js.
      new Client({ ...endpoint, sslCreds: new GrpcClient().grpc.credentials.createInsecure() });
}

/** Calls any method by its name in the proto, as the bearer of a token where there is one. Does not page by itself. */
export async function callMethod(
  client: CloudTasksClient,
  method: MethodName,
  request: object,
  token?: string,
): Promise<unknown> {
  const name = `${method.charAt(0).toLowerCase()}${method.slice(1)}`;
  const methods = client as unknown as Record<string, (request: object, options: object) => Promise<unknown[]>>;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const options = { autoPaginate: false, otherArgs: { headers } };
  return (await methods[name]?.call(client, request, options))?.[0];
}
