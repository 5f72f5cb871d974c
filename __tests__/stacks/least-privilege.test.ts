import type { DocumentProcessingStackProps } from '../../stacks/document-processing-props.ts';
import { documentationTable, inCode } from '../documentation.ts';
import { everythingOn } from './everything-on.ts';
import { type Block, resources, stackJson, type TerraformJson } from './synthesised-stack.ts';

/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own references */

const runtime = '${google_service_account.runtime.member}';
const uploads = '${google_service_account.uploads_identity_801822C3.member}';
const invoker = '${google_service_account.invoker.member}';

interface Grant {
  readonly address: string;
  readonly type: string;
  readonly block: Block;
  readonly members: readonly string[];
}

function grants(json: TerraformJson): Grant[] {
  return resources(json)
    .filter(({ type }) => /_iam_/.test(type))
    .map((resource) => ({ ...resource, members: resource.block.members ?? [resource.block.member] }));
}

/** What the grant is on: the one attribute by which its type names a resource. */
function target({ block }: Grant): string {
  return (
    block.bucket ??
    block.service_account_id ??
    block.secret_id ??
    block.crypto_key_id ??
    block.topic ??
    block.subscription ??
    block.name ??
    block.project
  );
}

function held(json: TerraformJson, member: string): string[] {
  return grants(json)
    .filter(({ members }) => members.includes(member))
    .map((grant) => `${grant.block.role} on ${target(grant)}`)
    .sort();
}

/** The roles that the documentation gives an identity; a row without one goes on with the identity above it. */
function documentedRoles(identity: string): string[] {
  const rows = documentationTable('docs/deploying.md', 'identity');
  const first = rows.findIndex(([cell = '']) => cell.startsWith(identity));
  const next = rows.findIndex(([cell], index) => index > first && cell !== '');
  const ownRows = rows.slice(first, next === -1 ? undefined : next);
  return ownRows.flatMap(([, roles = '']) => inCode(roles));
}

/** Google's own identities for Cloud Storage, Cloud Run and Pub/Sub in the project. */
const SERVICE_AGENT =
  /^\$\{data\.google_storage_project_service_account\.[^}]*\.member\}$|@(serverless-robot-prod|gcp-sa-pubsub)\.iam\.gserviceaccount\.com$/;

const cases: Record<string, DocumentProcessingStackProps> = { 'nothing set': {}, 'everything on': everythingOn };

describe.each(Object.entries(cases))('with %s', (_, props) => {
  const json = stackJson(props);

  test('every grant is on a single resource, but the one to call models', () => {
    const single = [
      'google_cloud_run_v2_service_iam_binding',
      'google_cloud_tasks_queue_iam_member',
      'google_kms_crypto_key_iam_member',
      'google_pubsub_subscription_iam_member',
      'google_pubsub_topic_iam_member',
      'google_secret_manager_secret_iam_member',
      'google_service_account_iam_member',
      'google_storage_bucket_iam_member',
    ];
    expect(grants(json).length).toBeGreaterThan(5);
    // But for the models of Vertex AI, which are no resources that a grant could name.
    const others = grants(json).filter(({ type }) => !single.includes(type));
    expect(others.map(({ type, block, members }) => ({ type, role: block.role, members }))).toEqual(
      props.extraction
        ? [{ type: 'google_project_iam_member', role: 'roles/aiplatform.user', members: [runtime] }]
        : [],
    );
    for (const grant of grants(json)) expect(target(grant)).toMatch(/\S/);
  });

  test("no identity but those of the documentation's table appears, and none with another role", () => {
    const allowed = (member: string): readonly string[] => {
      if (member === runtime) return documentedRoles('runtime');
      if (member === invoker) return documentedRoles('invoker');
      if (member === uploads) return documentedRoles('uploads');
      if (props.callers?.includes(member)) return documentedRoles('`callers`');
      if (props.enqueuers?.includes(member)) return documentedRoles('`enqueuers`');
      if (SERVICE_AGENT.test(member)) return documentedRoles('service agents');
      return [];
    };
    const given = grants(json).flatMap(({ members, block }) => members.map((member) => ({ member, role: block.role })));
    expect(given.filter(({ member, role }) => !allowed(member).includes(role))).toEqual([]);
  });

  test('no public member appears anywhere but in the alert on public members', () => {
    const others = resources(json).filter(({ type }) => type !== 'google_monitoring_alert_policy');
    expect(JSON.stringify(others)).not.toMatch(/allUsers|allAuthenticatedUsers/);
    expect(JSON.stringify(grants(json))).not.toMatch(/allUsers|allAuthenticatedUsers/);
  });

  test('no role is a basic one or an administrator', () => {
    for (const { block } of grants(json)) expect(block.role).not.toMatch(/owner|editor|admin/i);
  });

  test('every bucket enforces uniform access and public access prevention', () => {
    const buckets = Object.values(json.resource.google_storage_bucket ?? {});
    expect(buckets).toHaveLength(3);
    for (const bucket of buckets) {
      expect(bucket).toMatchObject({ uniform_bucket_level_access: true, public_access_prevention: 'enforced' });
    }
  });

  test('the service waits for every grant of the identity that it runs as', () => {
    const needed = grants(json).filter(({ members }) => members.includes(runtime));
    const { depends_on } = Object.values(json.resource.google_cloud_run_v2_service ?? {})[0] ?? {};
    expect(needed.length).toBeGreaterThanOrEqual(5);
    expect(depends_on).toEqual(expect.arrayContaining(needed.map(({ address }) => address)));
  });

  test('the invoker may call the service and nothing else', () => {
    expect(held(json, invoker)).toEqual(['roles/run.invoker on ${google_cloud_run_v2_service.service.name}']);
  });
});

test('the runtime holds what it needs and nothing else', () => {
  expect(held(stackJson(), runtime)).toEqual([
    'roles/cloudtasks.enqueuer on ${google_cloud_tasks_queue.queue.name}',
    'roles/iam.serviceAccountUser on ${google_service_account.invoker.name}',
    'roles/storage.objectUser on ${google_storage_bucket.results.name}',
    'roles/storage.objectViewer on ${google_storage_bucket.code.name}',
    'roles/storage.objectViewer on ${google_storage_bucket.documents.name}',
  ]);
});

test('more queues and secrets add just their own grants to the runtime', () => {
  const before = held(stackJson(), runtime);
  const added = held(stackJson({ queueCount: 2, secrets: { API_KEY: 'my-secret' } }), runtime);
  expect(added.filter((grant) => !before.includes(grant))).toEqual([
    'roles/cloudtasks.enqueuer on ${google_cloud_tasks_queue.queue-2.name}',
    'roles/secretmanager.secretAccessor on my-secret',
  ]);
});

test('extraction adds the grant to call models of the project to the runtime, and no other', () => {
  const schemaFile = 'samples/schemas/invoice.schema.json';
  const extraction = { schemaFile, model: 'gemini-3-flash', inputPrice: 0.5, outputPrice: 3 };
  const before = held(stackJson({ projectId: 'my-project' }), runtime);
  const added = held(stackJson({ projectId: 'my-project', extraction }), runtime);
  expect(added.filter((grant) => !before.includes(grant))).toEqual(['roles/aiplatform.user on my-project']);
});

test('an enqueuer may put tasks into the queues with the identity of the invoker, and no more', () => {
  const member = 'serviceAccount:importer@my-project.iam.gserviceaccount.com';
  expect(held(stackJson({ enqueuers: [member, member], queueCount: 2 }), member)).toEqual([
    'roles/cloudtasks.enqueuer on ${google_cloud_tasks_queue.queue-2.name}',
    'roles/cloudtasks.enqueuer on ${google_cloud_tasks_queue.queue.name}',
    'roles/iam.serviceAccountUser on ${google_service_account.invoker.name}',
  ]);
});

test('a caller may call the service, and no more', () => {
  expect(held(stackJson({ callers: ['group:a@example.com'] }), 'group:a@example.com')).toEqual([
    'roles/run.invoker on ${google_cloud_run_v2_service.service.name}',
  ]);
});

test('what is encrypted with a key waits for the grant on it', () => {
  const json = stackJson(everythingOn);
  const waits = (type: string) => Object.values(json.resource[type] ?? {}).map(({ depends_on }) => depends_on);
  const [service] = waits('google_cloud_run_v2_service');
  expect(service).toContainEqual(expect.stringMatching(/^google_kms_crypto_key_iam_member\.key-.*_encrypter-service_/));
  for (const bucket of waits('google_storage_bucket')) {
    expect(bucket).toEqual([expect.stringMatching(/^google_kms_crypto_key_iam_member\.key-.*_encrypter-storage_/)]);
  }
});

/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own references */
