import { PROJECT_NUMBER } from '../../local/iam-roles.ts';
import { type Api, found, type Json, requireNew } from './call.ts';
import { KEY_USER } from './cloud-storage.ts';
import type { Policies } from './policies.ts';

/** What a revision can need. */
interface ProjectState {
  readonly accounts: ReadonlyMap<string, unknown>;
  readonly objects: ReadonlyMap<string, unknown>;
  readonly policies: Policies;
}

interface CloudRunSurroundings extends ProjectState {
  /** The templates of the revisions that serve, by their services' names. */
  readonly serving: Map<string, Json>;
  /** Whether containers start that have all they need. */
  readonly containersStart: () => boolean;
}

const TYPE = 'type.googleapis.com/google.cloud.run.v2.Service';
const AGENT = `serviceAccount:service-${PROJECT_NUMBER}@serverless-robot-prod.iam.gserviceaccount.com`;

/** Services, by their full names, and the operations that change them, each of which is done at once. */
export function cloudRunApi(services: Map<string, Json>, surroundings: CloudRunSurroundings): Api {
  const { policies } = surroundings;
  const operations = new Map<string, Json>();
  const done = (parent: string, service: Json, problem?: string): Json => {
    const response = { '@type': TYPE, ...service };
    const name = `${parent}/operations/${operations.size + 1}`;
    const end = problem === undefined ? { response } : { error: { code: 9, message: problem } };
    operations.set(name, { name, done: true, metadata: response, ...end });
    return found(operations.get(name), name);
  };
  const saved = (parent: string, name: string, given: Json): Json => {
    const generation = Number(services.get(name)?.generation ?? 0) + 1;
    const latest = `${name}/revisions/${generation}`;
    const starts = surroundings.containersStart();
    const [problem] = [
      ...lacksToStart(given.template, surroundings),
      ...(starts ? [] : ['The container does not start.']),
    ];
    const state = problem === undefined ? 'CONDITION_SUCCEEDED' : 'CONDITION_FAILED';
    const service = {
      ...given,
      name,
      generation: String(generation),
      template: asKept(given.template),
      // What Google fills in since March 2026.
      scaling: { maxInstanceCount: 20 },
      uri: `https://${name.split('/').at(-1)}.a.run.app`,
      terminalCondition: { type: 'Ready', state },
      latestCreatedRevision: latest,
      latestReadyRevision: problem === undefined ? latest : services.get(name)?.latestReadyRevision,
    };
    services.set(name, service);
    if (problem === undefined) surroundings.serving.set(name, given.template);
    return done(parent, service, problem);
  };

  return ({ method, path, query, body }) => {
    if (/\/operations\/\d+$/.test(path)) return found(operations.get(path), path);
    const [, parent, id, verb] =
      /^(projects\/[^/]+\/locations\/[^/]+)\/services(?:\/([^/:]+))?(?::(\w+))?$/.exec(path) ?? [];
    if (parent === undefined) return undefined;
    const name = `${parent}/services/${id ?? query.get('serviceId')}`;
    if (id === undefined) {
      if (method !== 'POST') return undefined;
      requireNew(services, name);
      return saved(parent, name, body);
    }
    const service = found(services.get(name), name);
    if (verb !== undefined) return policies.answer(verb, name, body);
    if (method === 'PATCH') return saved(parent, name, body);
    if (method === 'DELETE') {
      services.delete(name);
      surroundings.serving.delete(name);
      policies.delete(name);
      return done(parent, service);
    }
    return method === 'GET' ? service : undefined;
  };
}

/** What a revision lacks to start: it does not become ready. A sentence each. */
function lacksToStart(template: Json, { accounts, objects, policies }: ProjectState): string[] {
  const { serviceAccount, encryptionKey, volumes = [], containers } = template;
  const member = `serviceAccount:${serviceAccount}`;
  const { args = [], env } = containers[0];
  const needs: [holds: boolean, sentence: string][] = [
    [accounts.has(serviceAccount), `${serviceAccount} does not exist.`],
    [!encryptionKey || policies.has(encryptionKey, KEY_USER, AGENT), `Cloud Run may not use ${encryptionKey}.`],
  ];
  for (const { gcs } of volumes) {
    const file = `${gcs.bucket}/${args[0].split('/').at(-1)}`;
    needs.push([
      policies.has(`b/${gcs.bucket}`, 'roles/storage.objectViewer', member),
      `${member} may not read ${gcs.bucket}.`,
    ]);
    needs.push([objects.has(file), `${file} does not exist.`]);
  }
  for (const { valueSource } of env) {
    if (!valueSource) continue;
    const project = serviceAccount.split('@')[1].split('.')[0];
    const secret = `projects/${project}/secrets/${valueSource.secretKeyRef.secret}`;
    needs.push([
      policies.has(secret, 'roles/secretmanager.secretAccessor', member),
      `${member} may not read ${secret}.`,
    ]);
  }
  return needs.flatMap(([holds, sentence]) => (holds ? [] : [sentence]));
}

/** What a revision lacks to start or to work on a request, by its settings. A sentence each. */
export function lacks(template: Json, surroundings: ProjectState): string[] {
  const { policies } = surroundings;
  const member = `serviceAccount:${template.serviceAccount}`;
  const { env } = template.containers[0];
  const settings: Json = Object.fromEntries(env.map(({ name, value }: Json) => [name, value]));
  const project = `projects/${settings.GCP_PROJECT_ID}`;
  const queues = settings.CLOUD_TASKS_QUEUE.split(',').map(
    (queue: string) => `locations/${settings.GCP_LOCATION}/queues/${queue}`,
  );
  const invoker = `serviceAccounts/${settings.CLOUD_RUN_SERVICE_ACCOUNT}`;
  const grants = [
    ...queues.map((queue: string) => [`${project}/${queue}`, 'roles/cloudtasks.enqueuer']),
    [`${project}/${invoker}`, 'roles/iam.serviceAccountUser'],
    [`b/${settings.DOCUMENTS_BUCKET}`, 'roles/storage.objectViewer'],
    [`b/${settings.RESULTS_BUCKET}`, 'roles/storage.objectUser'],
    ...(settings.EXTRACTION_MODEL ? [[project, 'roles/aiplatform.user']] : []),
  ];
  const missing = grants.filter(([resource, role]) => !policies.has(resource, role, member));
  return [
    ...lacksToStart(template, surroundings),
    ...missing.map(([resource, role]) => `${member} has no ${role} on ${resource}.`),
  ];
}

/** Without zeros and false, which protobuf leaves out. */
function asKept(template: Json): Json {
  const { minInstanceCount, ...scaling } = template.scaling;
  return { ...template, scaling: { ...scaling, ...(minInstanceCount > 0 && { minInstanceCount }) } };
}
