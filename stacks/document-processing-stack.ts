import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project/index.js';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { Aspects, TerraformResource, TerraformStack, TerraformVariable } from 'cdktf';
import type { Construct } from 'constructs';
import { deadlinesFor } from '../deadlines.ts';
import { UPLOADS_PATH } from '../handler/setting-names.ts';
import { BundleObject, OWN_BUNDLE, stockNodeImage } from './bundle-object.ts';
import type { Check } from './checks.ts';
import { type DocumentProcessingStackProps, resolveProps } from './document-processing-props.ts';
import { FixedPlace } from './fixed-place.ts';
import { HandlerService } from './handler-service.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { namesFor } from './names.ts';
import { EncryptionKey } from './options/encryption-key.ts';
import { FieldExtraction } from './options/extraction.ts';
import { OutcomeTopic } from './options/outcome-topic.ts';
import { documentsExpiry, resultsExpiry } from './options/retention.ts';
import { SecretVariables } from './options/secret-variables.ts';
import { UploadEvents } from './options/upload-events.ts';
import { addOutputs } from './outputs.ts';
import { PrivateBucket } from './private-bucket.ts';
import { QueuesInUse } from './queues-in-use.ts';
import { ServiceIdentity } from './service-identity.ts';
import { sharedChecks } from './stack-checks.ts';
import { TaskQueue } from './task-queue.ts';
import { addChecks } from './validation.ts';

/**
 * Documents in a bucket, tasks in a queue, one service that works on them, results in another bucket:
 *
 *     caller ──▶ service ──▶ queue ──invoker──▶ service ──▶ results
 *                                                  ▲
 *                                              documents
 */
export class DocumentProcessingStack extends TerraformStack {
  readonly #deployment: string;

  /** @throws RangeError for a dispatch deadline that Cloud Tasks does not accept */
  constructor(scope: Construct, id: string, props: DocumentProcessingStackProps = {}) {
    super(scope, id);
    const projectId = props.projectId ?? projectIdVariable(this);
    addChecks(this, sharedChecks(projectId, props));
    keepUntilReplaced(this);
    const { location, environment, labels, deletionProtection, queueCount, limits, size, docling, ...rest } =
      resolveProps(props);
    this.#deployment = `${projectId}/${environment}`;
    addChecks(this, [this.#onlyOne(projectId, environment)]);
    const deadlines = deadlinesFor(props.dispatchDeadlineSeconds, { extraction: props.extraction !== undefined });
    const allQueues = queueCount + rest.drainingQueues;
    const names = namesFor(projectId, environment, allQueues);
    const place = { location, projectId };

    new GoogleProvider(this, 'google', { project: projectId, region: location, defaultLabels: labels });
    const { number: projectNumber } = new DataGoogleProject(this, 'project', { projectId });
    new FixedPlace(this, 'place', place);
    // Named by the key, so that a key that is replaced and stays among the former ones keeps its grants.
    const encryptionKey = (name: string) => new EncryptionKey(this, `key-${name}`, { ...place, name, projectNumber });
    const key = props.kmsKey ? encryptionKey(props.kmsKey) : undefined;
    for (const former of rest.formerKmsKeys) encryptionKey(former);

    const queueIds = names.queues.map((_, index) => (index === 0 ? 'queue' : `queue-${index + 1}`));
    const queues = names.queues.map(
      (name, index) =>
        new TaskQueue(this, queueIds[index] as string, { ...place, name, limits, preventDestroy: deletionProtection }),
    );
    new QueuesInUse(this, 'queues-in-use', {
      used: queueIds.slice(0, queueCount),
      drained: queueIds.slice(queueCount),
      preventDestroy: deletionProtection,
    });
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
    const forceDestroy = !deletionProtection;
    const documents = new PrivateBucket(this, 'documents', {
      ...place,
      name: names.documentsBucket,
      existingName: props.documentsBucket,
      expiry: documentsExpiry(props),
      forceDestroy,
      key,
    });
    const results = new PrivateBucket(this, 'results', {
      ...place,
      name: names.resultsBucket,
      existingName: props.resultsBucket,
      expiry: resultsExpiry(props),
      forceDestroy,
      key,
    });
    const code = props.image ? undefined : this.#code(names.codeBucket, place, props.bundlePath, key);

    const secrets = new SecretVariables(this, 'secrets', { secrets: rest.secrets, projectId, member: runtime.member });
    const extraction =
      props.extraction &&
      new FieldExtraction(this, 'extraction', { ...props.extraction, projectId, member: runtime.member });
    const outcomes =
      props.outcomes === undefined || props.outcomes === false
        ? undefined
        : new OutcomeTopic(this, 'outcomes', {
            projectId,
            name: names.outcomesTopic,
            existingName: props.outcomes === true ? undefined : props.outcomes,
            member: runtime.member,
          });
    const uploads =
      props.enqueueUploads &&
      new UploadEvents(this, 'uploads', {
        ...props.enqueueUploads,
        projectId,
        projectNumber,
        baseName: names.service,
        accountId: names.uploadsAccount,
        documentsBucket: documents.name,
        resultsBucket: results.name,
      });
    /** Lets the member put tasks into the queues, each with the identity of the invoker. */
    const grantEnqueue = (who: string, member: string) => [
      ...queues.map((queue) => queue.grantEnqueue(`enqueuer-${who}`, member)),
      invoker.grantActAs(`act-as-${who}`, member),
    ];
    for (const enqueuer of rest.enqueuers) grantEnqueue(enqueuer, enqueuer);

    const settings = {
      GCP_PROJECT_ID: projectId,
      GCP_LOCATION: location,
      CLOUD_TASKS_QUEUE: names.queues.slice(0, queueCount).join(','),
      CLOUD_TASKS_MAX_ATTEMPTS: String(limits.maxAttempts),
      CLOUD_TASKS_MAX_BACKOFF_SECONDS: String(Math.ceil(limits.maxBackoffSeconds)),
      CLOUD_RUN_SERVICE_ACCOUNT: invoker.email,
      DOCUMENTS_BUCKET: documents.name,
      RESULTS_BUCKET: results.name,
      DISPATCH_DEADLINE_SECONDS: String(deadlines.dispatchDeadlineSeconds),
      ...extraction?.settings,
      ...uploads?.settings,
      ...(outcomes && { OUTCOMES_TOPIC: outcomes.topic }),
      // Cloud Run has checked every token before the handler sees it: the only invokers are named ones.
      ACCEPT_REMOVED_SIGNATURE: 'true',
    };
    const service = new HandlerService(this, 'service', {
      ...place,
      name: names.service,
      projectNumber,
      image: props.image ?? props.nodeImage ?? stockNodeImage(),
      code: code && { bucket: code.bucket.name, objectName: code.bundle.objectName },
      size,
      network: props,
      docling,
      deadlines,
      settings,
      secrets: rest.secrets,
      serviceAccount: runtime.email,
      // All that the runtime may do, each on one resource: docs/deploying.md has it as a table with the roles.
      grants: [
        ...grantEnqueue('runtime', runtime.member),
        documents.grantRead('reader-runtime', runtime.member),
        results.grantReadWrite('writer-runtime', runtime.member),
        ...(code ? [code.bucket.grantRead('reader-runtime', runtime.member)] : []),
        ...secrets.grants,
        ...(extraction ? [extraction.grant] : []),
        ...(outcomes ? [outcomes.grant] : []),
      ],
      key,
      labels,
    });
    const invokers = [invoker.member, ...(uploads ? [uploads.member] : []), ...rest.callers];
    const invokerGrant = service.grantInvoke('invokers', invokers);
    uploads?.pushTo(service.url, UPLOADS_PATH, invokerGrant);

    if (rest.monitoring) {
      new Monitoring(this, 'monitoring', {
        ...place,
        names,
        deadlines,
        size,
        docling,
        capacity: limits.maxConcurrentDispatches * allQueues,
        maxBackoffSeconds: limits.maxBackoffSeconds,
        labels,
        channels: props.notificationChannels,
        uploads,
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

  /** The names of a second stack of the same environment would be those of the first. */
  #onlyOne(projectId: string, environment: string): Check {
    const same = this.node.root.node
      .findAll()
      .find(
        (other) => other !== this && other instanceof DocumentProcessingStack && other.#deployment === this.#deployment,
      );
    return {
      values: [projectId, environment],
      condition: same === undefined,
      message:
        `An environment of a project is one stack; received '${environment}' of ${projectId} for the stack ` +
        `'${this.node.path}', which '${same?.node.path}' is already: give each stack an environment of its own.`,
    };
  }

  /** The bundle in a bucket of its own, which never stands in the way of a destroy: it can be made again. */
  #code(name: string, place: { location: string; projectId: string }, path?: string, key?: EncryptionKey) {
    const bucket = new PrivateBucket(this, 'code', { ...place, name, forceDestroy: true, key });
    return { bucket, bundle: new BundleObject(this, 'bundle', { path: path ?? OWN_BUNDLE, bucket: bucket.name }) };
  }
}

/** The project where none is given: the stack can be synthesised, and a deployment ends at once with what is missing. */
function projectIdVariable(stack: TerraformStack): string {
  const variable = new TerraformVariable(stack, 'project_id', {
    type: 'string',
    // A variable without a default is a question, and cdktf deploy, which cannot be answered, would wait for ever.
    default: '',
    nullable: false,
    description: 'Id of the Google Cloud project to deploy to.',
    validation: [
      {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own expression
        condition: '${can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))}',
        errorMessage:
          'Nothing is deployed without a project: set the environment variable GCP_PROJECT_ID to the id of a Google Cloud ' +
          'project (6 to 30 lower-case letters, digits and inner hyphens) and deploy again.',
      },
    ],
  });
  return variable.stringValue;
}

/** What the service uses: queues, identities, buckets, the bundle, and grants on them, on secrets, models and keys. */
const USED_BY_SERVICE =
  /^google_(cloud_tasks_queue|pubsub_topic|service_account|storage_bucket|secret_manager_secret_iam|project_iam|kms_crypto_key_iam)/;

/**
 * Has Terraform take away what a change leaves without use only after the service was changed. By itself it destroys first: the
 * running revision would lose its queues, grants, code and secrets some time before the next one is there.
 *
 * Not the service itself, whose name is taken until it is gone.
 */
function keepUntilReplaced(scope: Construct): void {
  Aspects.of(scope).add({
    visit(node) {
      if (!TerraformResource.isTerraformResource(node) || !USED_BY_SERVICE.test(node.terraformResourceType)) return;
      node.lifecycle = { ...node.lifecycle, createBeforeDestroy: true };
    },
  });
}
