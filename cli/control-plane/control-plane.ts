import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type Api, type Call, type Json, Refusal } from './call.ts';
import { cloudRunApi, lacks } from './cloud-run.ts';
import { cloudStorageApi } from './cloud-storage.ts';
import { cloudTasksApi } from './cloud-tasks.ts';
import { loggingApi, monitoringApi } from './monitoring.ts';
import { Policies } from './policies.ts';
import { grantsOnlyApi, projectsApi, serviceAccountsApi } from './projects.ts';
import { pubsubResourcesApi } from './pubsub.ts';

/** What a call asked for, in the order of the calls. */
interface SeenCall {
  readonly method: string;
  /** With the API's prefix: `tasks/projects/P/locations/L/queues`. */
  readonly path: string;
  readonly status: number;
  /** What a revision that serves lacks since this call, a sentence each: it was taken away, or the service was changed too early. */
  readonly breaks: readonly string[];
}

/** The provider's variable for the address of each API, the prefix of its calls here, and the version at its address' end. */
const ADDRESSES = {
  CLOUD_TASKS: 'tasks/v2/',
  CLOUD_RUN_V2: 'run/v2/',
  STORAGE: 'storage/v1/',
  IAM: 'iam/v1/',
  RESOURCE_MANAGER: 'projects/v1/',
  RESOURCE_MANAGER_V3: 'projects/v3/',
  CLOUD_BILLING: 'billing/v1/',
  PUBSUB: 'pubsub/v1/',
  MONITORING: 'monitoring/',
  LOGGING: 'logging/v2/',
  SECRET_MANAGER: 'secrets/v1/',
  KMS: 'keys/v1/',
};

/**
 * As much of Google's control plane, in memory, as Terraform's google provider calls for this project's stack: enough to deploy it,
 * change it and take it back without an account. What it does not know it answers by 501 and remembers: a rule that nobody has
 * thought of is found there, and not passed over.
 */
export class ControlPlane {
  /** Whether the containers of new revisions start. */
  containersStart = true;
  /** Every call so far. */
  readonly calls: SeenCall[] = [];
  /** Those that it does not know. */
  readonly unknown: string[] = [];
  readonly #resources = {
    accounts: new Map<string, Json>(),
    queues: new Map<string, Json>(),
    buckets: new Map<string, Json>(),
    objects: new Map<string, Json>(),
    services: new Map<string, Json>(),
    topics: new Map<string, Json>(),
    subscriptions: new Map<string, Json>(),
    alertPolicies: new Map<string, Json>(),
    dashboards: new Map<string, Json>(),
    metrics: new Map<string, Json>(),
  };
  readonly #policies: Policies;
  readonly #serving = new Map<string, Json>();
  readonly #apis: Readonly<Record<string, Api>>;
  readonly #server: Server;

  private constructor(existingAccounts: readonly string[]) {
    const { accounts, queues, buckets, objects, services, alertPolicies, dashboards, metrics } = this.#resources;
    const policies = new Policies((email) => accounts.has(email) || existingAccounts.includes(email));
    this.#policies = policies;
    const storage = cloudStorageApi(buckets, objects, policies);
    this.#apis = {
      'tasks/v2/': cloudTasksApi(queues, policies),
      'run/v2/': cloudRunApi(services, {
        accounts,
        objects,
        policies,
        serving: this.#serving,
        containersStart: () => this.containersStart,
      }),
      'storage/v1/': storage,
      'upload/storage/v1/': (call) => storage({ ...call, path: `upload/${call.path}` }),
      'iam/v1/': serviceAccountsApi(accounts, policies),
      'projects/v1/': projectsApi(policies),
      'projects/v3/': projectsApi(policies),
      'billing/v1/': projectsApi(policies),
      'pubsub/v1/': pubsubResourcesApi(this.#resources.topics, this.#resources.subscriptions, policies),
      'monitoring/': monitoringApi(alertPolicies, dashboards),
      'logging/v2/': loggingApi(metrics),
      'secrets/v1/': grantsOnlyApi(policies),
      'keys/v1/': grantsOnlyApi(policies),
    };
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @param existingAccounts emails of service accounts that nobody has to make */
  static async start(existingAccounts: readonly string[] = []): Promise<ControlPlane> {
    const plane = new ControlPlane(existingAccounts);
    plane.#server.listen(0, '127.0.0.1');
    await once(plane.#server, 'listening');
    return plane;
  }

  /** The variables that point Terraform's google provider at it. */
  get environment(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    const addresses = Object.entries(ADDRESSES).map(([api, path]) => [
      `GOOGLE_${api}_CUSTOM_ENDPOINT`,
      `http://127.0.0.1:${port}/${path}`,
    ]);
    return { ...Object.fromEntries(addresses), GOOGLE_OAUTH_ACCESS_TOKEN: 'none' };
  }

  /** Names of what is there. */
  get resources(): string[] {
    return Object.values(this.#resources).flatMap((resources) => [...resources.keys()]);
  }

  /** What the revisions that serve lack now. */
  #lacking(): string[] {
    const { accounts, objects } = this.#resources;
    return [...this.#serving.values()].flatMap((template) =>
      lacks(template, { accounts, objects, policies: this.#policies }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const url = new URL(request.url ?? '/', 'http://localhost');
    // The provider's older clients name the version that ends the address once more.
    const path = url.pathname
      .slice(1)
      .split('/')
      .map(decodeURIComponent)
      .join('/')
      .replace(/^(\w+\/v\d\/)v\d\//, '$1');
    const sent = await buffer(request);
    const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const contentType = headers['content-type'] ?? '';
    const body = contentType.startsWith('application/json') && bytes.length > 0 ? JSON.parse(bytes.toString()) : {};
    const before = this.#lacking();
    const [status, answer] = this.#answerTo(path, { method, path, query: url.searchParams, body, bytes, contentType });
    const breaks = this.#lacking().filter((sentence) => !before.includes(sentence));
    this.calls.push({ method, path, status, breaks });
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(answer === null ? '' : JSON.stringify(answer));
  }

  #answerTo(path: string, call: Call): [status: number, answer: Json | null] {
    const [prefix, api] = Object.entries(this.#apis).find(([one]) => path.startsWith(one)) ?? [];
    try {
      const answer = api?.({ ...call, path: path.slice(prefix?.length) });
      if (answer !== undefined) return answer === null ? [204, null] : [200, answer];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, message } = error;
      return [status, { error: { code: status, message } }];
    }
    this.unknown.push(`${call.method} ${path}`);
    return [501, { error: { code: 501, message: `The fake control plane does not know ${call.method} ${path}.` } }];
  }
}
