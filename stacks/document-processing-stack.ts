import { fileURLToPath } from 'node:url';
import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project/index.js';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { TerraformStack, TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';
import { deadlinesFor } from '../deadlines.ts';
import { addChecks } from './checks.ts';
import { type DocumentProcessingStackProps, sharedChecks, sharedProps } from './document-processing-props.ts';
import { EncryptionKey } from './encryption-key.ts';
import { Extraction } from './extraction.ts';
import { HandlerBundle } from './handler-bundle.ts';
import { HandlerService } from './handler-service.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { namesFor } from './names.ts';
import { nodeImage } from './node-image.ts';
import { addOutputs } from './outputs.ts';
import { PrivateBucket } from './private-bucket.ts';
import { SecretVariables } from './secret-variables.ts';
import { ServiceIdentity } from './service-identity.ts';
import { TaskQueue } from './task-queue.ts';

/**
 * Documents in a bucket, tasks in a queue, one service that works on them, results in another bucket:
 *
 *     caller ──▶ service ──▶ queue ──invoker──▶ service ──▶ results
 *                                                  ▲
 *                                              documents
 */
export class DocumentProcessingStack extends TerraformStack {
  /** @throws RangeError for a dispatch deadline that Cloud Tasks does not accept */
  constructor(scope: Construct, id: string, props: DocumentProcessingStackProps = {}) {
    super(scope, id);
    const projectId = props.projectId ?? projectIdVariable(this);
    const deadlines = deadlinesFor(props.dispatchDeadlineSeconds, { extraction: props.extraction !== undefined });
    const shared = sharedProps(props);
    addChecks(this, sharedChecks(projectId, props));
    const { location, environment, labels, deletionProtection } = shared;
    const names = namesFor(projectId, environment, shared.queueCount);
    const place = { location, projectId };

    new GoogleProvider(this, 'google', { project: projectId, region: location, defaultLabels: labels });
    const { number: projectNumber } = new DataGoogleProject(this, 'project', { projectId });
    const key = props.kmsKey
      ? new EncryptionKey(this, 'key', { ...place, name: props.kmsKey, projectNumber })
      : undefined;

    const runtime = new ServiceIdentity(this, 'runtime', {
      accountId: names.runtimeAccount,
      projectId,
      displayName: `Document processing (${environment}): runs the handler`,
    });
    const invoker = new ServiceIdentity(this, 'invoker', {
      accountId: names.invokerAccount,
      projectId,
      displayName: `Document processing (${environment}): calls the handler for Cloud Tasks`,
    });

    const queues = names.queues.map((name, index) => {
      const queueId = index === 0 ? 'queue' : `queue-${index + 1}`;
      return new TaskQueue(this, queueId, { ...props, ...shared, ...place, name, preventDestroy: deletionProtection });
    });

    const documents = new PrivateBucket(this, 'documents', {
      ...place,
      name: names.documentsBucket,
      existingName: props.documentsBucket,
      forceDestroy: !deletionProtection,
      key,
    });
    const results = new PrivateBucket(this, 'results', {
      ...place,
      name: names.resultsBucket,
      existingName: props.resultsBucket,
      forceDestroy: !deletionProtection,
      key,
    });
    const code = props.image ? undefined : this.#code(names.codeBucket, place, props.bundlePath, key);
    const secrets = new SecretVariables(this, 'secrets', {
      secrets: props.secrets ?? {},
      projectId,
      member: runtime.member,
    });
    const extraction =
      props.extraction &&
      new Extraction(this, 'extraction', { ...props.extraction, projectId, member: runtime.member });

    const settings = {
      GCP_PROJECT_ID: projectId,
      GCP_LOCATION: location,
      CLOUD_TASKS_QUEUE: names.queues.join(','),
      CLOUD_TASKS_MAX_ATTEMPTS: String(shared.maxAttempts),
      CLOUD_TASKS_MAX_BACKOFF_SECONDS: String(Math.ceil(shared.maxBackoffSeconds)),
      CLOUD_RUN_SERVICE_ACCOUNT: invoker.email,
      DOCUMENTS_BUCKET: documents.name,
      RESULTS_BUCKET: results.name,
      DISPATCH_DEADLINE_SECONDS: String(deadlines.dispatchDeadlineSeconds),
      ...extraction?.settings,
      // Cloud Run has checked every token before the handler sees it: the only invokers are named ones.
      ACCEPT_REMOVED_SIGNATURE: 'true',
    };
    const service = new HandlerService(this, 'service', {
      ...props,
      ...shared,
      ...place,
      name: names.service,
      projectNumber,
      image: props.image ?? nodeImage(),
      code: code && { bucket: code.bucket.name, objectName: code.bundle.objectName },
      deadlines,
      settings,
      serviceAccount: runtime.email,
      grants: [
        ...queues.map((queue) => queue.grantEnqueue('enqueuer-runtime', runtime.member)),
        invoker.grantActAs('act-as-runtime', runtime.member),
        documents.grantRead('reader-runtime', runtime.member),
        results.grantReadWrite('writer-runtime', runtime.member),
        ...(code ? [code.bucket.grantRead('reader-runtime', runtime.member)] : []),
        ...secrets.grants,
        ...(extraction ? [extraction.grant] : []),
      ],
      key,
    });
    service.grantInvoke('invokers', [invoker.member, ...shared.callers]);

    for (const enqueuer of shared.enqueuers) {
      for (const queue of queues) queue.grantEnqueue(`enqueuer-${enqueuer}`, enqueuer);
      invoker.grantActAs(`act-as-${enqueuer}`, enqueuer);
    }
    if (shared.monitoring) {
      new Monitoring(this, 'monitoring', {
        ...shared,
        ...place,
        names,
        deadlines,
        capacity: shared.maxConcurrentDispatches * shared.queueCount,
        channels: props.notificationChannels,
      });
    }
    addOutputs(this, {
      ...place,
      queues,
      serviceUrl: service.url,
      runtime: runtime.email,
      invoker: invoker.email,
      documentsBucket: documents.name,
      resultsBucket: results.name,
      settings: { ...settings, CLOUD_RUN_SERVICE_URL: service.url },
    });
  }

  /** The bundle in a bucket of its own, which never stands in the way of a destroy: it can be made again. */
  #code(name: string, place: { location: string; projectId: string }, path?: string, key?: EncryptionKey) {
    const bucket = new PrivateBucket(this, 'code', { ...place, name, forceDestroy: true, key });
    const bundlePath = path ?? fileURLToPath(new URL('../dist/handler.mjs', import.meta.url));
    return { bucket, bundle: new HandlerBundle(this, 'bundle', { path: bundlePath, bucket: bucket.name }) };
  }
}

/** The project as a question to whoever deploys. */
function projectIdVariable(stack: TerraformStack): string {
  const variable = new TerraformVariable(stack, 'project_id', {
    type: 'string',
    nullable: false,
    description: 'Id of the Google Cloud project to deploy to.',
  });
  return variable.stringValue;
}
