import type { CloudRunV2ServiceTemplateContainers } from '@cdktf/provider-google/lib/cloud-run-v2-service/index.js';
import type { Deadlines } from '../../deadlines.ts';
import type { Check } from '../checks.ts';
import { cpuChecks, mebibytesOf, type ServiceSize } from '../service-size.ts';

/** docling-serve beside the handler, in every instance. */
export interface DoclingSidecarProps {
  /**
   * docling-serve with its models in it. Cloud Run takes public images of Docker Hub and the GitHub Container Registry; from
   * elsewhere they come by way of Artifact Registry.
   * @default 'ghcr.io/docling-project/docling-serve-cpu:v1.38.2'
   */
  readonly image?: string;
  /** vCPUs of docling-serve: 1, 2, 4 or 6, so that one is left for the handler. @default '4' */
  readonly cpu?: string;
  /** Memory of docling-serve in Mi or Gi; it must suit the cpu. @default '8Gi' */
  readonly memory?: string;
}

/** Name of the container. */
export const DOCLING_CONTAINER = 'docling';
const PORT = 5001;
/** Where the handler finds it: the containers of an instance share their network. */
export const DOCLING_SIDECAR_URL = `http://localhost:${PORT}`;

/** Cloud Run's limits for all containers of an instance together (its documentation: CPU limits, memory limits). */
const MAX_VCPUS = 8;
const MAX_MEBIBYTES = 32 * 1024;

/** The sidecar with every default in its place. */
export function doclingSidecar({ image, cpu, memory }: DoclingSidecarProps): Required<DoclingSidecarProps> {
  return {
    image: image ?? 'ghcr.io/docling-project/docling-serve-cpu:v1.38.2',
    cpu: cpu ?? '4',
    memory: memory ?? '8Gi',
  };
}

/** The container, without a port: no request from outside reaches it. */
export function doclingContainer(
  { image, cpu, memory }: Required<DoclingSidecarProps>,
  { doclingSeconds }: Deadlines,
): CloudRunV2ServiceTemplateContainers {
  const environment = {
    // As many threads as there are processors; left alone, docling and its image take four.
    DOCLING_NUM_THREADS: cpu,
    // One document at a time, and one cache of models: without it those of the start would stay beside the worker's own.
    DOCLING_SERVE_ENG_LOC_NUM_WORKERS: '1',
    DOCLING_SERVE_ENG_LOC_SHARE_MODELS: 'true',
    // Nothing is worked on for longer than an attempt lasts, whoever asks for it.
    DOCLING_SERVE_MAX_DOCUMENT_TIMEOUT: String(doclingSeconds),
    OMP_NUM_THREADS: cpu,
  };
  return {
    name: DOCLING_CONTAINER,
    image,
    env: Object.entries(environment).map(([name, value]) => ({ name, value })),
    resources: { limits: { cpu, memory }, cpuIdle: true, startupCpuBoost: true },
    // It answers 503 while it loads its models. Cloud Run gives a start at most 240 s.
    startupProbe: {
      httpGet: { path: '/ready', port: PORT },
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 48,
    },
  };
}

/** Cloud Run's rules for the sidecar beside a handler of this size, and docling-serve's own. */
export function doclingChecks({ image, cpu, memory }: Required<DoclingSidecarProps>, size: ServiceSize): Check[] {
  const vcpus = Number(size.cpu) + Number(cpu);
  const mebibytes = [size.memory ?? '', memory].map(mebibytesOf);
  const total = mebibytes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  return [
    ...cpuChecks({ cpu, memory }, 'docling-serve'),
    {
      values: [image],
      condition: image.trim() !== '' && !/\s/.test(image),
      message: `docling-serve comes as a container image; received '${image}': name one, with its tag or digest.`,
    },
    {
      values: [size.cpu, cpu],
      condition: !(vcpus > MAX_VCPUS),
      message:
        `The containers of an instance have at most ${MAX_VCPUS} vCPUs together; received ${size.cpu} for the handler and ` +
        `${cpu} for docling-serve: lower one of them.`,
    },
    {
      values: [size.memory, memory],
      condition: total <= MAX_MEBIBYTES,
      message:
        `The containers of an instance have at most ${MAX_MEBIBYTES / 1024}Gi of memory together; received ${size.memory} for ` +
        `the handler and ${memory} for docling-serve: lower one of them.`,
    },
    {
      values: [size.concurrency],
      condition: size.concurrency === 1,
      message:
        'With docling-serve an instance works on one document at a time, because the others would wait for it and use up ' +
        `their attempts; received a concurrency of ${size.concurrency}: set it to 1, and raise maxInstances for more.`,
    },
  ];
}
