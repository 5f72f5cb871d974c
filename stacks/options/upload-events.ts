import { DataGoogleStorageProjectServiceAccount } from '@cdktf/provider-google/lib/data-google-storage-project-service-account/index.js';
import { PubsubSubscription } from '@cdktf/provider-google/lib/pubsub-subscription/index.js';
import { PubsubSubscriptionIamMember } from '@cdktf/provider-google/lib/pubsub-subscription-iam-member/index.js';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic/index.js';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member/index.js';
import { StorageNotification } from '@cdktf/provider-google/lib/storage-notification/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { SettingName } from '../../handler/setting-names.ts';
import type { Check } from '../checks.ts';
import { ServiceIdentity } from '../service-identity.ts';
import { addChecks } from '../validation.ts';

/** Which uploads are documents. */
export interface UploadRulesProps {
  /** How their names begin. @default '' any */
  readonly prefix?: string;
  /** How their names end, capital letters or not: `.pdf`. @default [] any */
  readonly suffixes?: readonly string[];
}

interface UploadEventsProps extends UploadRulesProps {
  readonly projectId: string;
  readonly projectNumber: string;
  /** Begins the names of topics and subscriptions. */
  readonly baseName: string;
  /** The push subscription's identity: the part of its email before the `@`. */
  readonly accountId: string;
  readonly documentsBucket: string;
  readonly resultsBucket: string;
}

/** Seconds in which a hand-in is answered, Pub/Sub's longest (`ackDeadlineSeconds`); it takes a few calls of Cloud Storage. */
const ACK_DEADLINE_SECONDS = 60;

/** Deliveries until a message is set aside; by the backoff below that is after about three quarters of an hour. */
const MAX_DELIVERIES = 10;

/** Cloud Storage and Pub/Sub keep what cannot be delivered for so long: the longest that both kinds of topic take. */
const RETENTION = `${7 * 86_400}s`;

/** What the project itself writes begins with one of these, and would be a document for ever. */
const OWN_PREFIXES = ['state/', 'leases/', 'results/'];

/**
 * Uploads that hand themselves in: Cloud Storage tells a topic of each object that is finished, and a push subscription tells the
 * service, with an identity of its own. What the service does not take is set aside in a topic with a subscription that keeps it.
 */
export class UploadEvents extends Construct {
  /** Who calls the service. */
  readonly member: string;
  readonly settings: Partial<Record<SettingName, string>>;
  readonly subscription: string;
  readonly deadLetters: string;
  readonly #props: UploadEventsProps;
  readonly #identity: ServiceIdentity;
  readonly #topic: PubsubTopic;
  readonly #deadLetterTopic: PubsubTopic;
  readonly #deadLetterGrant: ITerraformDependable;

  constructor(scope: Construct, id: string, props: UploadEventsProps) {
    super(scope, id);
    this.#props = props;
    const { projectId, baseName, documentsBucket, prefix = '', suffixes = [] } = props;
    addChecks(this, uploadChecks(props));
    this.subscription = `${baseName}-uploads`;
    this.deadLetters = `${baseName}-uploads-failed`;
    this.#identity = new ServiceIdentity(this, 'identity', {
      accountId: props.accountId,
      projectId,
      displayName: 'Document processing: tells the handler of uploads',
    });
    this.member = this.#identity.member;
    this.settings = {
      UPLOADS_SERVICE_ACCOUNT: this.#identity.email,
      ...(prefix && { UPLOADS_PREFIX: prefix }),
      ...(suffixes.length > 0 && { UPLOADS_SUFFIXES: suffixes.join(',') }),
    };

    this.#topic = new PubsubTopic(this, 'topic', { name: this.subscription, project: projectId });
    this.#deadLetterTopic = new PubsubTopic(this, 'dead-letter-topic', { name: this.deadLetters, project: projectId });
    // A topic without a subscription keeps nothing.
    new PubsubSubscription(this, 'dead-letters', {
      name: this.deadLetters,
      project: projectId,
      topic: this.#deadLetterTopic.id,
      messageRetentionDuration: RETENTION,
      expirationPolicy: { ttl: '' },
    });
    // Reading this account makes it where the project has none yet.
    const storageAgent = new DataGoogleStorageProjectServiceAccount(this, 'storage-agent', { project: projectId });
    const storageGrant = this.#grantPublish('publisher-storage', this.#topic, storageAgent.member);
    this.#deadLetterGrant = this.#grantPublish('publisher-dead-letters', this.#deadLetterTopic, this.#pubsubAgent);
    new StorageNotification(this, 'notification', {
      bucket: documentsBucket,
      topic: this.#topic.id,
      // The attributes name the object; the handler asks Cloud Storage for the rest.
      payloadFormat: 'NONE',
      eventTypes: ['OBJECT_FINALIZE'],
      ...(prefix && { objectNamePrefix: prefix }),
      dependsOn: [storageGrant],
    });
  }

  /** Has uploads told to the service. @param grant that lets the identity call it */
  pushTo(url: string, path: string, grant: ITerraformDependable): void {
    const { projectId } = this.#props;
    const subscription = new PubsubSubscription(this, 'push', {
      name: this.subscription,
      project: projectId,
      topic: this.#topic.id,
      ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
      messageRetentionDuration: RETENTION,
      // For good: by default it is deleted when nothing was uploaded for 31 days.
      expirationPolicy: { ttl: '' },
      retryPolicy: { minimumBackoff: '10s', maximumBackoff: '600s' },
      deadLetterPolicy: { deadLetterTopic: this.#deadLetterTopic.id, maxDeliveryAttempts: MAX_DELIVERIES },
      pushConfig: {
        pushEndpoint: `${url}${path}`,
        oidcToken: { serviceAccountEmail: this.#identity.email, audience: url },
      },
      dependsOn: [grant, this.#deadLetterGrant],
    });
    new PubsubSubscriptionIamMember(this, 'subscriber-dead-letters', {
      project: projectId,
      subscription: subscription.name,
      role: 'roles/pubsub.subscriber',
      member: this.#pubsubAgent,
    });
  }

  /** Who moves what cannot be delivered (reference: "Dead-letter topics"). */
  get #pubsubAgent(): string {
    return `serviceAccount:service-${this.#props.projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`;
  }

  #grantPublish(id: string, topic: PubsubTopic, member: string): ITerraformDependable {
    const role = 'roles/pubsub.publisher';
    return new PubsubTopicIamMember(this, id, { project: this.#props.projectId, topic: topic.name, role, member });
  }
}

function uploadChecks({ prefix = '', suffixes = [], documentsBucket, resultsBucket }: UploadEventsProps): Check[] {
  const own = OWN_PREFIXES.find((begin) => begin.startsWith(prefix) || prefix.startsWith(begin));
  return [
    {
      values: [prefix, documentsBucket, resultsBucket],
      condition: documentsBucket !== resultsBucket || own === undefined,
      message:
        `In a bucket that takes the results as well, uploads begin with a prefix that no result has (${OWN_PREFIXES.join(', ')}); ` +
        `received '${prefix}': choose one such as 'inbox/', or a bucket of its own for the results.`,
    },
    ...suffixes.map((suffix) => ({
      values: [suffix],
      condition: /^[^,]{1,100}$/.test(suffix),
      message: `An ending of a name has 1 to 100 characters and no comma; received '${suffix}': use one such as '.pdf'.`,
    })),
    {
      values: [prefix],
      condition: Buffer.byteLength(prefix) <= 1024,
      message: `A prefix has at most 1,024 bytes; received ${Buffer.byteLength(prefix)}: shorten it.`,
    },
  ];
}
