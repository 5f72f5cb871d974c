import { join } from 'node:path';
import type { Buckets } from '../cloud-storage/buckets.ts';
import { memberOf } from '../iam-roles.ts';
import { closeServer, LOOPBACK, listen } from '../listen.ts';
import { type FrontDoorOptions, frontDoor } from './front-door.ts';
import { ServiceInstance } from './instance.ts';
import { Instances } from './instances.ts';
import type { RunService } from './run-service.ts';
import { copyBucket, localPaths, type Mount } from './volumes.ts';

export interface RunServiceOptions extends Omit<FrontDoorOptions, 'service' | 'instances'> {
  readonly service: RunService;
  /** An empty folder: working folder and home of the instances, with the mounted volumes in it. */
  readonly folder: string;
  readonly store: Buckets;
  /** Variables that point Google's clients in the service at the local Google. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether instances are ended when idle or above their memory, and have no CPU between requests where the stack says so. */
  readonly instanceLimits: boolean;
  /** Port of the front door, 0 for any free one. */
  readonly port: number;
}

/** A service that answers. */
export interface RunningService {
  /** `host:port` of the front door. */
  readonly host: string;
  readonly instances: Instances;
  close(): Promise<void>;
}

/**
 * Deploys a service: mounts its volumes, starts its first instances, and opens the front door.
 *
 * @throws Error when the runtime account may not read a mounted bucket, or an instance does not start
 * @throws PortInUseError when another process has the port
 */
export async function startRunService(options: RunServiceOptions): Promise<RunningService> {
  const { service, folder, port, clock, onLog, instanceLimits } = options;
  const mounts = await mountVolumes(options);
  const command = [...service.container.command, ...service.container.args].map((text) => localPaths(text, mounts));
  const declared = service.container.env.map(({ name, value }) => [name, localPaths(value, mounts)] as const);
  const environment = {
    ...Object.fromEntries(declared),
    PATH: process.env.PATH ?? '',
    // Not the developer's: nothing of theirs, credentials above all, may make work here what would not in production.
    HOME: folder,
    // Servers that follow it stay off the network, where nobody checks who calls them. Cloud Run itself sets no HOST.
    HOST: LOOPBACK,
    K_SERVICE: service.name,
    K_REVISION: `${service.name}-00001-loc`,
    K_CONFIGURATION: service.name,
    ...options.environment,
  };
  const probe = service.container.startup_probe;
  const memoryBytes = instanceLimits ? service.memoryBytes : undefined;
  const instances = new Instances({
    start: () => ServiceInstance.start({ command, environment, folder, probe, memoryBytes, onLine: onLog }),
    whenIdle: instanceLimits ? { cpuIdle: service.cpuIdle } : undefined,
    concurrency: service.concurrency,
    minInstances: service.minInstances,
    maxInstances: service.maxInstances,
    clock,
    onLog,
  });
  const server = frontDoor({ ...options, instances });
  try {
    const running = await listen(server, { port, what: "Cloud Run's front door", option: 'ports.run' });
    await instances.deploy();
    return {
      host: `${LOOPBACK}:${running}`,
      instances,
      async close() {
        await instances.stop();
        await closeServer(server);
      },
    };
  } catch (error) {
    await instances.stop();
    await closeServer(server);
    throw error;
  }
}

/** Makes a folder of each mounted bucket, as far as the runtime account may read it. */
async function mountVolumes({ service, store, policy, folder }: RunServiceOptions): Promise<Mount[]> {
  const mounts = service.mounts.map(({ path, bucket }) => ({ path, bucket, folder: join(folder, bucket) }));
  for (const { bucket, folder: target } of mounts) {
    const member = memberOf(service.serviceAccount);
    for (const permission of ['storage.objects.list', 'storage.objects.get']) {
      if (policy.allows(member, permission, `buckets/${bucket}`)) continue;
      throw new Error(
        `${service.name} cannot mount the bucket ${bucket}: its identity needs ${permission}; received no grant of it for ` +
          `${service.serviceAccount}. Grant roles/storage.objectViewer on the bucket.`,
      );
    }
    await copyBucket(store, bucket, target);
  }
  return mounts;
}
