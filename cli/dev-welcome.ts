import { OPERATOR_SETTINGS } from '../handler/setting-names.ts';
import type { LocalGoogle } from '../local/local-google.ts';
import { doclingNote } from './docling.ts';

/** Of a local Google, what its welcome speaks of. */
type WelcomedGoogle = Pick<
  LocalGoogle,
  'addresses' | 'frontDoorUrl' | 'serviceUrl' | 'environment' | 'serviceEnvironment' | 'sidecars'
>;

interface DevPlaces {
  /** Address of the console. */
  readonly console: string;
  /** A document that is there. */
  readonly sourceUri: string;
  /** The folder that keeps everything; undefined where nothing does. */
  readonly data: string | undefined;
}

/**
 * What `npm run dev` prints: where it is, and how to point clients at it.
 */
export function devWelcome(google: WelcomedGoogle, { console, sourceUri, data }: DevPlaces): string {
  const { addresses, frontDoorUrl, serviceUrl } = google;
  const identity = `http://${addresses.metadata}/computeMetadata/v1/instance/service-accounts/default/identity`;
  const note = doclingNote(google.sidecars, process.env.DOCLING_URL);
  const kept =
    data === undefined
      ? 'Nothing is kept: what is in it is gone then. --data DIR keeps it in a folder.'
      : `What is in it is kept in ${data}.`;
  return `
Console  ${console}

A local Google runs the stack. Ctrl-C ends it.
${kept}${note === undefined ? '' : `\n${note}`}

  Cloud Run        ${frontDoorUrl}  (${serviceUrl})
  Cloud Tasks      http://${addresses.tasks}
  Cloud Storage    http://${addresses.storage}
  Metadata server  http://${addresses.metadata}  (as the project's owner)

Enqueue a document that is there already:

  TOKEN=$(curl -s -H 'Metadata-Flavor: Google' '${identity}?audience=${serviceUrl}'); \\
  curl -s -H "Authorization: Bearer $TOKEN" -d '{"sourceUri":"${sourceUri}"}' ${frontDoorUrl}/documents

See how it is, with the documentId that was answered:

  curl -s -H "Authorization: Bearer $TOKEN" ${frontDoorUrl}/documents/ID

Put a document of your own there, or list, show and replay them:

  npm run documents -- --help

That, this project's client, and Google's own take these variables, in a shell of their own: a cdktf synth in it would be made for
the local project.

  env \\
${variablesOf(google)
  .map(([name, value]) => `    ${name}=${value} \\\n`)
  .join('')}    "$SHELL"

In that shell, Node:

${indented(nodeLines(google))}

and Python:

${indented(pythonLines(google))}
`;
}

/** What points clients at it, and what tells `npm run documents` of the stack. */
export function variablesOf({ environment, serviceEnvironment }: WelcomedGoogle): [string, string][] {
  const settings = OPERATOR_SETTINGS.map((name): [string, string] => [name, serviceEnvironment[name] ?? '']);
  return [...Object.entries(environment), ...settings];
}

/** What Node's clients need beside the variables. */
export function nodeLines({ addresses }: WelcomedGoogle): string {
  const [host, port] = addresses.tasks.split(':');
  return `
new GoogleAuth()
new Storage({ useAuthWithCustomEndpoint: true })                      // and save(…, { resumable: false })
new CloudTasksClient({ fallback: true, protocol: 'http', apiEndpoint: '${host}', port: ${port} })`.trim();
}

/** What Python's clients need beside the variables. */
export function pythonLines({ addresses }: WelcomedGoogle): string {
  return `
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksRestTransport
credentials, project = google.auth.default()
storage.Client(project, credentials)
tasks_v2.CloudTasksClient(
    transport=CloudTasksRestTransport(host="${addresses.tasks}", url_scheme="http", credentials=credentials))`.trim();
}

function indented(lines: string): string {
  return lines.replace(/^/gm, '  ');
}
