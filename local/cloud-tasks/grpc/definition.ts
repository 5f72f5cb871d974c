import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { ProtoMethodName } from '../messages.ts';

type JsonNamespace = { nested: Record<string, JsonNamespace> };

/**
 * `google.cloud.tasks.v2.CloudTasks` from the protos that ship with Google's own client. Messages have no field that is not set,
 * 64-bit numbers as numbers, and enums by name.
 */
export function cloudTasksDefinition(): ServiceDefinition & Record<ProtoMethodName, ServiceDefinition[string]> {
  // The package does not export the file, so it is found beside the code that it does export.
  const entry = createRequire(import.meta.url).resolve('@google-cloud/tasks');
  const folder = entry.slice(0, entry.lastIndexOf('build'));
  const json = JSON.parse(readFileSync(`${folder}build/protos/protos.json`, 'utf8')) as JsonNamespace;
  // The beta versions would double the time that this takes.
  const versions = json.nested.google?.nested.cloud?.nested.tasks?.nested ?? {};
  for (const version of Object.keys(versions)) if (version !== 'v2') delete versions[version];
  const definition = fromJSON(json, { longs: Number, enums: String });
  return definition['google.cloud.tasks.v2.CloudTasks'] as never;
}
