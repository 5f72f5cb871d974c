import { z } from 'zod';
import { locationOf, projectOf, serviceUrl } from '../google-attributes.ts';
import { block, blocks, parseResource, seconds } from '../resource-schema.ts';
import { type TerraformStack, TerraformStackError } from '../terraform-stack.ts';

/** 512 MiB (reference: "Configure memory limits for services"). */
const DEFAULT_MEMORY_BYTES = 512 * 1024 ** 2;

const probeSchema = z.object({
  http_get: block(z.object({ path: z.string().default('/') })).optional(),
  initial_delay_seconds: z.number().default(0),
  period_seconds: z.number().default(10),
  failure_threshold: z.number().default(3),
  timeout_seconds: z.number().default(1),
});

/** A quantity of Kubernetes in bytes: `512Mi`, `2G`. */
const bytes = z
  .string()
  .regex(/^\d+(\.\d+)?([kMGT]i?)?$/)
  .transform((text) => {
    const [, amount, prefix = '', binary] = /^([\d.]+)([kMGT]?)(i?)$/.exec(text) ?? [];
    return Number(amount) * (binary ? 1024 : 1000) ** ' kMGT'.indexOf(prefix || ' ');
  });

const resourcesSchema = z
  .object({
    limits: z.object({ memory: bytes.default(DEFAULT_MEMORY_BYTES) }).prefault({}),
    // As the provider has it: only without any resources is it true by itself.
    cpu_idle: z.boolean().default(false),
  })
  .default({ limits: { memory: DEFAULT_MEMORY_BYTES }, cpu_idle: true });

const containerSchema = z.object({
  name: z.string().optional(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: blocks(z.object({ name: z.string(), value: z.string().optional() })),
  ports: block(z.object({ container_port: z.number().default(8080) })).optional(),
  resources: block(resourcesSchema),
  startup_probe: block(probeSchema).optional(),
  volume_mounts: blocks(z.object({ name: z.string(), mount_path: z.string() })),
});

const serviceSchema = z.object({
  name: z.string(),
  custom_audiences: z.array(z.string()).default([]),
  template: block(
    z.object({
      containers: blocks(containerSchema),
      volumes: blocks(z.object({ name: z.string(), gcs: block(z.object({ bucket: z.string() })).optional() })),
      service_account: z.string(),
      timeout: seconds.default(300),
      max_instance_request_concurrency: z.number().default(80),
      scaling: block(
        z.object({ min_instance_count: z.number().default(0), max_instance_count: z.number().default(100) }),
      ).prefault({}),
    }),
  ),
});

export type Container = Omit<z.infer<typeof containerSchema>, 'env'> & {
  readonly env: readonly { readonly name: string; readonly value: string }[];
};
/** What stands in for Secret Manager: a value for each variable that the stack fills from a secret. */
export type SecretValues = Readonly<Record<string, string | undefined>>;
export type StartupProbe = z.infer<typeof probeSchema>;
/** The Cloud Run service as the stack declares it. */
export interface RunService {
  /** `projects/P/locations/L/services/S` */
  readonly resource: string;
  readonly name: string;
  readonly region: string;
  /** The deterministic URL, https. */
  readonly url: string;
  /** Audiences that a token may name: the URL and the custom ones. */
  readonly audiences: readonly string[];
  readonly timeoutSeconds: number;
  /** Whether an instance has CPU only while it has requests. */
  readonly cpuIdle: boolean;
  /** Memory of an instance, in bytes. */
  readonly memoryBytes: number;
  /** Requests that one instance takes at once. */
  readonly concurrency: number;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Email of the account that instances run as. */
  readonly serviceAccount: string;
  /** The container that gets the requests. */
  readonly container: Container;
  /** Names of the containers beside it, which are images and do not run here. */
  readonly sidecars: readonly string[];
  /** Mounted buckets: the path in the container, and the bucket's name. */
  readonly mounts: readonly { readonly path: string; readonly bucket: string }[];
}

/** @throws TerraformStackError when the stack has not exactly one service, or one that cannot run here */
export function runServiceOf(stack: TerraformStack, secretValues: SecretValues = {}): RunService {
  const resources = stack.resources('google_cloud_run_v2_service');
  const [resource] = resources;
  if (resource === undefined || resources.length > 1) {
    throw new TerraformStackError(
      `The local Google runs one google_cloud_run_v2_service; the stack has ${resources.length || 'none'}.`,
    );
  }
  const { name, custom_audiences, template } = parseResource(serviceSchema, resource);
  // The ingress container is the one with a port; it may be left out where there is only one container.
  const container = template.containers.find(({ ports }) => ports !== undefined) ?? template.containers[0];
  if (container === undefined || container.command.length === 0) {
    throw new TerraformStackError(
      `The local Google runs a container's command, not its image; ${resource.address} has no command.`,
    );
  }
  const env = container.env.map(({ name: variable, value = secretValues[variable] }) => {
    if (value !== undefined) return { name: variable, value };
    throw new TerraformStackError(
      `The service takes ${variable} from a secret, which the local Google does not have: set ${variable} in this shell.`,
    );
  });
  const mounts = container.volume_mounts.map(({ name: volume, mount_path }) => {
    const bucket = template.volumes.find((candidate) => candidate.name === volume)?.gcs?.bucket;
    if (bucket === undefined) {
      throw new TerraformStackError(
        `The local Google mounts buckets; the volume "${volume}" of ${resource.address} is none.`,
      );
    }
    return { path: mount_path, bucket };
  });
  const region = locationOf(stack, resource.config);
  const url = serviceUrl(stack, resource.config);
  return {
    resource: `projects/${projectOf(stack, resource.config)}/locations/${region}/services/${name}`,
    name,
    region,
    url,
    audiences: [url, ...custom_audiences],
    timeoutSeconds: template.timeout,
    cpuIdle: container.resources.cpu_idle,
    memoryBytes: container.resources.limits.memory,
    concurrency: template.max_instance_request_concurrency,
    minInstances: template.scaling.min_instance_count,
    maxInstances: template.scaling.max_instance_count,
    serviceAccount: template.service_account,
    container: { ...container, env },
    sidecars: template.containers.filter((other) => other !== container).map(({ name = 'without a name' }) => name),
    mounts,
  };
}
