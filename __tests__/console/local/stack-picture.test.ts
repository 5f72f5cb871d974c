import { stackPicture } from '../../../console/local/stack-picture.ts';
import type { StackPart } from '../../../console/views.ts';
import { deadlinesFor } from '../../../deadlines.ts';
import { type StackContext, TerraformStack } from '../../../local/terraform-stack.ts';
import type { DocumentProcessingStackProps } from '../../../stacks/document-processing-props.ts';
import { stackJson } from '../../stacks/synthesised-stack.ts';

const CONTEXT: StackContext = {
  folder: '/stack',
  variables: { project_id: 'local-project' },
  projectNumber: '123456789012',
};
const DEADLINES = deadlinesFor(600);
const UPLOADS = 'projects/local-project/topics/document-processing-dev-uploads';
const STORAGE_AGENT = 'service-123456789012@gs-project-accounts.iam.gserviceaccount.com';
const PUBSUB_AGENT = 'service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com';

const pictureOf = (props: DocumentProcessingStackProps) =>
  stackPicture(new TerraformStack(stackJson({ ...props }), CONTEXT), {}, DEADLINES);
const on = pictureOf({ enqueueUploads: { prefix: 'inbox/' }, outcomes: true });
const ofKind = (kind: StackPart['kind'], { parts } = on) => parts.filter((part) => part.kind === kind);

test('without uploads and outcomes there is nothing of Pub/Sub', () => {
  const kinds = pictureOf({}).parts.map(({ kind }) => kind);
  expect([...new Set(kinds)]).toEqual(['identity', 'queue', 'service', 'bucket']);
});

test('topics say who reads them and whose dead letters they take', () => {
  expect(ofKind('topic').map(({ name, facts }) => [name, ...facts])).toEqual([
    ['document-processing-dev-outcomes', 'no subscription in this stack: who listens makes one'],
    [
      'document-processing-dev-uploads-failed',
      'takes what document-processing-dev-uploads could not deliver',
      'read by document-processing-dev-uploads-failed',
    ],
    ['document-processing-dev-uploads', 'read by document-processing-dev-uploads'],
  ]);
});

test('a subscription that pushes says where to, as whom, and what comes of what is not taken', () => {
  const push = ofKind('subscription').find(({ name }) => name === 'document-processing-dev-uploads');
  expect(push?.facts).toEqual([
    'of the topic document-processing-dev-uploads',
    'pushes to https://document-processing-dev-123456789012.us-central1.run.app/events/upload',
    'as document-uploads-dev@local-project.iam.gserviceaccount.com',
    'audience https://document-processing-dev-123456789012.us-central1.run.app',
    '60 s to acknowledge, kept for 7 days',
    '10 s to 600 s between deliveries',
    'after 10 deliveries to the topic document-processing-dev-uploads-failed',
  ]);
  expect(push?.enforced).toBe(
    'identity and audience (a signed token), deadline, backoff, retention, dead letters with both grants of ' +
      "Pub/Sub's agent",
  );
});

test('the one that keeps dead letters says that it is pulled', () => {
  const kept = ofKind('subscription').find(({ name }) => name === 'document-processing-dev-uploads-failed');
  expect(kept).toMatchObject({
    facts: [
      'of the topic document-processing-dev-uploads-failed',
      'messages wait until somebody pulls them',
      '10 s to acknowledge, kept for 7 days',
    ],
    enforced: 'who may pull, deadline, retention',
  });
});

test("the bucket's notification says what it tells which topic", () => {
  expect(ofKind('notification')).toEqual([
    {
      id: `notifications/local-project-documents-dev/${UPLOADS}/inbox/`,
      kind: 'notification',
      name: 'local-project-documents-dev',
      facts: [
        'tells the topic document-processing-dev-uploads',
        'OBJECT_FINALIZE of objects that begin with inbox/',
        "attributes alone, without the object's metadata",
      ],
      enforced: "OBJECT_FINALIZE, prefix, payload, the grant of Cloud Storage's agent; other events are not told",
    },
  ]);
});

test("what is granted on topics and subscriptions is on their parts, Google's agents among the holders", () => {
  const { grants, parts } = on;
  const ids = new Set(parts.map(({ id }) => id));
  const ofPubsub = grants.filter(({ role }) => role.startsWith('roles/pubsub.'));
  expect(ofPubsub).toHaveLength(4);
  expect(ofPubsub.filter(({ member, on: id }) => !ids.has(member) || !ids.has(id))).toEqual([]);
  expect(ofPubsub).toContainEqual({
    member: `serviceAccount:${STORAGE_AGENT}`,
    role: 'roles/pubsub.publisher',
    on: UPLOADS,
  });
  expect(ofPubsub).toContainEqual({
    member: `serviceAccount:${PUBSUB_AGENT}`,
    role: 'roles/pubsub.subscriber',
    on: 'projects/local-project/subscriptions/document-processing-dev-uploads',
  });
});

test('agents that nothing is granted to are not drawn', () => {
  const names = ofKind('identity', pictureOf({ outcomes: true })).map(({ name }) => name);
  expect(names).not.toContain(STORAGE_AGENT);
  expect(names).not.toContain(PUBSUB_AGENT);
});
