import type { MethodDefinition } from '@grpc/proto-loader';
import type { ProtoMethodName } from '../messages.ts';
import type { CloudTasksService } from '../service.ts';
import { serviceDefinitions } from './definition.ts';
import { readRequest, type WireRequests } from './requests.ts';
import { isServed, writeResponse } from './responses.ts';
import { GrpcError } from './status.ts';
import { type GrpcServer, type UnaryMethod, unaryServer } from './unary-server.ts';

/** The gRPC API of Cloud Tasks, v2 and v2beta3, with its locations. */
export function grpcServer(service: CloudTasksService): GrpcServer {
  const methods = new Map<string, UnaryMethod>();
  for (const definition of Object.values(serviceDefinitions())) {
    for (const [name, method] of Object.entries(definition)) {
      if (isServed(name)) methods.set(method.path, unaryMethod(service, name, method));
    }
  }
  return unaryServer(methods);
}

function unaryMethod<Method extends ProtoMethodName>(
  service: CloudTasksService,
  name: Method,
  { requestDeserialize, responseSerialize }: MethodDefinition<object, object>,
): UnaryMethod {
  return (bytes, authorization) => {
    let request: object;
    try {
      request = requestDeserialize(bytes);
    } catch (error) {
      throw new GrpcError('INTERNAL', `Error deserializing request: ${(error as Error).message}`);
    }
    const response = service.call(name, readRequest(name, request as WireRequests[Method]), authorization);
    return responseSerialize(writeResponse(name, response));
  };
}
