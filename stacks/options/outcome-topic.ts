import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic/index.js';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { addChecks } from '../validation.ts';

interface OutcomeTopicProps {
  readonly projectId: string;
  /** Of the topic that is made. */
  readonly name: string;
  /** Short name of a topic of this project that exists already. @default none, one is made */
  readonly existingName?: string | undefined;
  /** Who publishes: the identity that the handler runs as. */
  readonly member: string;
}

/** The topic that each document's outcome is published to, and the grant to publish to it and nothing else. */
export class OutcomeTopic extends Construct {
  /** `projects/PROJECT/topics/TOPIC`, as the handler's setting wants it. */
  readonly topic: string;
  readonly grant: ITerraformDependable;

  constructor(scope: Construct, id: string, { projectId, name, existingName, member }: OutcomeTopicProps) {
    super(scope, id);
    if (existingName !== undefined) addChecks(this, [topicCheck(existingName)]);
    const topic = existingName ?? new PubsubTopic(this, 'Default', { name, project: projectId }).name;
    this.topic = `projects/${projectId}/topics/${topic}`;
    this.grant = new PubsubTopicIamMember(this, 'publisher-runtime', {
      project: projectId,
      topic,
      role: 'roles/pubsub.publisher',
      member,
    });
  }
}

/** Google's rule for names (reference: "Resource names"). */
function topicCheck(name: string) {
  return {
    values: [name],
    condition: /^(?!goog)[A-Za-z][\w.~+%-]{2,254}$/.test(name),
    message:
      "A topic is named by 3 to 255 letters, digits and -_.~+%, a letter first and not 'goog'; " +
      `received '${name}': use the short name of a topic of the same project.`,
  };
}
