import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { fromJSON, type MethodDefinition } from '@grpc/proto-loader';
import { VERSIONS } from '../messages.ts';

type JsonNamespace = { nested: Record<string, JsonNamespace> };

/** `google.cloud.location`: all of Google's APIs have it, and the protos of Cloud Tasks do not. */
const LOCATIONS = {
  nested: {
    Locations: {
      methods: {
        ListLocations: { requestType: 'ListLocationsRequest', responseType: 'ListLocationsResponse' },
        GetLocation: { requestType: 'GetLocationRequest', responseType: 'Location' },
      },
    },
    ListLocationsRequest: {
      fields: {
        name: { type: 'string', id: 1 },
        filter: { type: 'string', id: 2 },
        pageSize: { type: 'int32', id: 3 },
        pageToken: { type: 'string', id: 4 },
      },
    },
    ListLocationsResponse: {
      fields: {
        locations: { rule: 'repeated', type: 'Location', id: 1 },
        nextPageToken: { type: 'string', id: 2 },
      },
    },
    GetLocationRequest: { fields: { name: { type: 'string', id: 1 } } },
    Location: { fields: { name: { type: 'string', id: 1 }, locationId: { type: 'string', id: 4 } } },
  },
};

/**
 * The services of Cloud Tasks: both versions of `CloudTasks`, from the protos that ship with Google's own client, and `Locations`. Messages
 * have no field that is not set, 64-bit numbers as numbers, and enums by name.
 */
export function serviceDefinitions() {
  // The package does not export the file, so it is found beside the code that it does export.
  const entry = createRequire(import.meta.url).resolve('@google-cloud/tasks');
  const folder = entry.slice(0, entry.lastIndexOf('build'));
  const json = JSON.parse(readFileSync(`${folder}build/protos/protos.json`, 'utf8')) as JsonNamespace;
  const cloud = json.nested.google?.nested.cloud?.nested ?? {};
  const versions = cloud.tasks?.nested ?? {};
  // Others would only take time.
  const served: readonly string[] = VERSIONS;
  for (const version of Object.keys(versions)) if (!served.includes(version)) delete versions[version];
  cloud.location = LOCATIONS as unknown as JsonNamespace;
  const definition = fromJSON(json, { longs: Number, enums: String });
  const service = (name: string) =>
    definition[`google.cloud.${name}`] as Readonly<Record<string, MethodDefinition<object, object>>>;
  return {
    v2: service('tasks.v2.CloudTasks'),
    v2beta3: service('tasks.v2beta3.CloudTasks'),
    locations: service('location.Locations'),
  };
}
