import {
  CloudRunV2Service,
  type CloudRunV2ServiceTemplateContainersEnv,
} from '@cdktf/provider-google/lib/cloud-run-v2-service/index.js';
import { CloudRunV2ServiceIamBinding } from '@cdktf/provider-google/lib/cloud-run-v2-service-iam-binding/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { type Deadlines, deadlineProblems } from '../deadlines.ts';
import type { SettingName } from '../handler/setting-names.ts';
import {
  DOCLING_CONTAINER,
  DOCLING_SIDECAR_URL,
  type DoclingSidecarProps,
  doclingChecks,
  doclingContainer,
} from './options/docling-sidecar.ts';
import type { EncryptionKey } from './options/encryption-key.ts';
import { networkChecks, type ServiceNetwork, vpcAccess } from './options/service-network.ts';
import { type ServiceSize, sizeChecks } from './service-size.ts';
import { addChecks } from './validation.ts';

const CODE_FOLDER = '/code';
const PORT = 8080;

export interface HandlerServiceProps {
  readonly name: string;
  readonly location: string;
  readonly projectId: string;
  /** Number of the project, a part of the service's URL. */
  readonly projectNumber: string;
  readonly image: string;
  /** Bucket and object of the bundle that the image's Node runs. @default what the image runs by itself */
  readonly code?: { readonly bucket: string; readonly objectName: string } | undefined;
  readonly size: Required<ServiceSize>;
  readonly network: ServiceNetwork;
  /** docling-serve beside the handler. @default none */
  readonly docling?: Required<DoclingSidecarProps> | undefined;
  readonly deadlines: Deadlines;
  /** The handler's settings; the service's own URL is added, and docling-serve's. */
  readonly settings: Partial<Record<SettingName, string>>;
  /** Environment variable → id of a secret. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Email of the identity that the handler runs as. */
  readonly serviceAccount: string;
  /** Grants that an instance needs at its start or for a request. */
  readonly grants: readonly ITerraformDependable[];
  /** Key that encrypts the service's image. @default Google's own */
  readonly key?: EncryptionKey | undefined;
  /** Labels of each revision. */
  readonly labels: Record<string, string>;
}

/** The Cloud Run service that hands out and works on documents, with every limit explicit. */
export class HandlerService extends Construct {
  /** Where the service answers, and the audience of every token for it. */
  readonly url: string;
  readonly #service: CloudRunV2Service;

  constructor(scope: Construct, id: string, props: HandlerServiceProps) {
    super(scope, id);
    const { size, network, deadlines, code, key, docling } = props;
    addChecks(this, [
      ...sizeChecks(size),
      ...(docling ? doclingChecks(docling, size) : []),
      ...networkChecks(network),
      ...deadlineProblems(deadlines).map((message) => ({ values: [], condition: false, message })),
    ]);
    // Cloud Run's deterministic URL. The service's own `uri` would make the service depend on itself.
    this.url = `https://${props.name}-${props.projectNumber}.${props.location}.run.app`;
    const settings = {
      ...props.settings,
      CLOUD_RUN_SERVICE_URL: this.url,
      ...(docling && { DOCLING_URL: DOCLING_SIDECAR_URL }),
    };

    this.#service = new CloudRunV2Service(this, 'Default', {
      name: props.name,
      location: props.location,
      project: props.projectId,
      ingress: network.ingress ?? 'INGRESS_TRAFFIC_INTERNAL_ONLY',
      // The service holds nothing, and a protected one whose first revision fails could be neither repaired nor replaced.
      deletionProtection: false,
      // Limits of the whole service, which Google fills in by itself; those of a revision are in its template.
      lifecycle: { ignoreChanges: ['scaling'] },
      dependsOn: [...props.grants, ...(key ? [key.serviceGrant] : [])],
      template: {
        labels: props.labels,
        serviceAccount: props.serviceAccount,
        executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN2',
        timeout: `${deadlines.requestTimeoutSeconds}s`,
        maxInstanceRequestConcurrency: size.concurrency,
        scaling: { minInstanceCount: size.minInstances, maxInstanceCount: size.maxInstances },
        ...vpcAccess(network),
        ...(key && { encryptionKey: key.name }),
        containers: [
          {
            // The handler waits for docling-serve, and Cloud Run sends no request before the handler is there.
            ...(docling && { name: 'handler', dependsOn: [DOCLING_CONTAINER] }),
            image: props.image,
            ...(code && {
              command: ['node'],
              args: [`${CODE_FOLDER}/${code.objectName}`],
              volumeMounts: [{ name: 'code', mountPath: CODE_FOLDER }],
            }),
            ports: { containerPort: PORT },
            env: environment(settings, props.secrets ?? {}),
            // All work happens inside a request: the CPU is paid for only then, but for the boost at the start.
            resources: { limits: { cpu: size.cpu, memory: size.memory }, cpuIdle: true, startupCpuBoost: true },
            startupProbe: {
              httpGet: { path: '/health', port: PORT },
              periodSeconds: 1,
              timeoutSeconds: 1,
              failureThreshold: 60,
            },
          },
          ...(docling ? [doclingContainer(docling, deadlines)] : []),
        ],
        ...(code && { volumes: [{ name: 'code', gcs: { bucket: code.bucket, readOnly: true } }] }),
      },
    });
  }

  /** Lets exactly these members call the service: nobody else, whatever was granted by hand. */
  grantInvoke(id: string, members: string[]): ITerraformDependable {
    const { name, location, project } = this.#service;
    return new CloudRunV2ServiceIamBinding(this, id, { name, location, project, role: 'roles/run.invoker', members });
  }
}

/** In the order of the names: any other order would be a change to Terraform. */
function environment(
  settings: Partial<Record<SettingName, string>>,
  secrets: Readonly<Record<string, string>>,
): CloudRunV2ServiceTemplateContainersEnv[] {
  return [
    ...Object.entries(settings).map(([name, value]) => ({ name, value })),
    ...Object.entries(secrets).map(([name, secret]) => ({
      name,
      valueSource: { secretKeyRef: { secret, version: 'latest' } },
    })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}
