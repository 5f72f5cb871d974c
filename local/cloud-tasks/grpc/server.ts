import type { Socket } from 'node:net';
import { type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js';
import type { ProtoMethodName } from '../messages.ts';
import type { CloudTasksService } from '../service.ts';
import { serviceDefinitions } from './definition.ts';
import { readRequest, type WireRequests } from './requests.ts';
import { isServed, writeResponse } from './responses.ts';
import { grpcStatusOf } from './status.ts';

/** What Google's front end takes, in bytes. */
const MAX_MESSAGE_BYTES = 10_485_760;

/** The gRPC wire. It does not listen: it is given connections. */
export interface GrpcServer {
  accept(socket: Socket): void;
  /** Ends every connection. */
  close(): void;
}

/** The gRPC API of Cloud Tasks, v2 and v2beta3, with its locations. */
export function grpcServer(service: CloudTasksService): GrpcServer {
  // Nobody can ask for channelz here, and it makes a tracker with closures for each call.
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES, 'grpc.enable_channelz': 0 });
  for (const definition of Object.values(serviceDefinitions())) {
    const methods = Object.keys(definition).filter(isServed);
    server.addService(definition, Object.fromEntries(methods.map((method) => [method, handler(service, method)])));
  }
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    accept: (socket) => connections.injectConnection(socket),
    close() {
      connections.destroy();
      server.forceShutdown();
    },
  };
}

function handler<Method extends ProtoMethodName>(
  service: CloudTasksService,
  method: Method,
): handleUnaryCall<WireRequests[Method], object> {
  return ({ request, metadata }, callback) => {
    try {
      const authorization = metadata.get('authorization')[0]?.toString();
      callback(null, writeResponse(method, service.call(method, readRequest(method, request), authorization)));
    } catch (error) {
      callback(grpcStatusOf(error));
    }
  };
}
