import { uniqueIdOf } from './token-issuer.ts';

/** What attributes are computed from beside the configuration of their own resource. */
interface Surroundings {
  /** Project that the provider works in. */
  readonly projectId: string;
  /** Its number, twelve digits. */
  readonly projectNumber: string;
  /** Region that resources without a location of their own are in. */
  readonly region: string;
  /** Replaces the references in a text. */
  resolve(text: string): unknown;
}

/** A resource's configuration, its references unresolved. */
type Config = { readonly [key: string]: unknown };
type Computed = (stack: Surroundings, config: Config) => { [attribute: string]: () => string | string[] };

/** Attributes that Google computes, of the resources and data sources that the local Google has (reference: the google provider). */
const COMPUTED: { readonly [type: string]: Computed } = {
  google_service_account: (stack, config) => {
    const email = () => `${text(stack, config, 'account_id')}@${projectOf(stack, config)}.iam.gserviceaccount.com`;
    const id = () => `projects/${projectOf(stack, config)}/serviceAccounts/${email()}`;
    return {
      email,
      id,
      name: id,
      member: () => `serviceAccount:${email()}`,
      unique_id: () => uniqueIdOf(email()),
      ...of(stack, config),
    };
  },
  google_cloud_tasks_queue: (stack, config) => ({
    id: () =>
      `projects/${projectOf(stack, config)}/locations/${locationOf(stack, config)}/queues/${text(stack, config, 'name')}`,
    ...of(stack, config),
  }),
  google_cloud_run_v2_service: (stack, config) => ({
    id: () =>
      `projects/${projectOf(stack, config)}/locations/${locationOf(stack, config)}/services/${text(stack, config, 'name')}`,
    uri: () => serviceUrl(stack, config),
    urls: () => [serviceUrl(stack, config)],
    ...of(stack, config),
  }),
  google_storage_bucket: (stack, config) => ({
    id: () => text(stack, config, 'name'),
    url: () => `gs://${text(stack, config, 'name')}`,
    ...of(stack, config),
  }),
  google_storage_bucket_object: (stack, config) => ({
    id: () => `${text(stack, config, 'bucket')}-${text(stack, config, 'name')}`,
    output_name: () => text(stack, config, 'name'),
  }),
  google_pubsub_topic: (stack, config) => ({
    id: () => `projects/${projectOf(stack, config)}/topics/${text(stack, config, 'name')}`,
    ...of(stack, config),
  }),
  google_pubsub_subscription: (stack, config) => ({
    id: () => `projects/${projectOf(stack, config)}/subscriptions/${text(stack, config, 'name')}`,
    ...of(stack, config),
  }),
  'data.google_storage_project_service_account': (stack) => ({
    email_address: () => storageAgent(stack),
    member: () => `serviceAccount:${storageAgent(stack)}`,
  }),
  'data.google_project': (stack, config) => ({
    id: () => `projects/${config.project_id === undefined ? stack.projectId : text(stack, config, 'project_id')}`,
    project_id: () => stack.projectId,
    number: () => stack.projectNumber,
  }),
};

/** The value of a computed attribute; undefined when the local Google does not know the resource's type or the attribute. */
export function googleAttribute(
  stack: Surroundings,
  type: string,
  config: Config,
  attribute: string,
): string | string[] | undefined {
  const computed = COMPUTED[type]?.(stack, config);
  return computed !== undefined && Object.hasOwn(computed, attribute) ? computed[attribute]?.() : undefined;
}

/** Cloud Run's deterministic URL (reference: "Cloud Run service URLs"). */
export function serviceUrl(stack: Surroundings, config: Config): string {
  return `https://${text(stack, config, 'name')}-${stack.projectNumber}.${locationOf(stack, config)}.run.app`;
}

/** Email of Cloud Storage's own agent in the project (reference: "Service agents"). */
export function storageAgent({ projectNumber }: Pick<Surroundings, 'projectNumber'>): string {
  return `service-${projectNumber}@gs-project-accounts.iam.gserviceaccount.com`;
}

/** Project of a resource: its own or the provider's. */
export function projectOf(stack: Surroundings, config: Config): string {
  return config.project === undefined ? stack.projectId : text(stack, config, 'project');
}

/** Location of a resource: its own or the provider's region. */
export function locationOf(stack: Surroundings, config: Config): string {
  return config.location === undefined ? stack.region : text(stack, config, 'location');
}

function of(stack: Surroundings, config: Config) {
  return { project: () => projectOf(stack, config), location: () => locationOf(stack, config) };
}

function text(stack: Surroundings, config: Config, key: string): string {
  return String(stack.resolve(String(config[key] ?? '')));
}
