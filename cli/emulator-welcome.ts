import { LOOPBACK } from '../local/listen.ts';

interface EmulatorAddresses {
  readonly port: number;
  /** The address that it was told to listen on. @default the loopback address */
  readonly host?: string | undefined;
  /** Opens the console. @default there is none */
  readonly launchToken?: string | undefined;
  /** Full names. */
  readonly queues: readonly string[];
  /** `host:port` of the metadata server, where a stack's grants are enforced. */
  readonly metadata: string | undefined;
  /** The account that the metadata server gives tokens of. */
  readonly caller: string | undefined;
}

/** What `npm run emulator` prints: where it is, and how to point clients at it. */
export function emulatorWelcome(addresses: EmulatorAddresses): string {
  const { port, host: address, launchToken, queues, metadata, caller } = addresses;
  const host = `${LOOPBACK}:${port}`;
  const queue = queues[0] ?? 'projects/PROJECT/locations/LOCATION/queues/QUEUE';
  const token = metadata && `http://${metadata}/computeMetadata/v1/instance/service-accounts/default/token`;
  const takeToken = token
    ? `TOKEN=$(curl -s -H 'Metadata-Flavor: Google' ${token} | sed 's/.*access_token":"\\([^"]*\\).*/\\1/'); \\\n    `
    : '';
  const sendToken = token ? '-H "Authorization: Bearer $TOKEN" ' : '';
  return `${launchToken === undefined ? '' : `\nConsole  http://${host}/#token=${launchToken}\n`}
Cloud Tasks runs on ${host}, gRPC and REST. Ctrl-C ends it.
${address === undefined ? '' : exposure(address)}${queues.map((name) => `  ${name}`).join('\n')}
${token ? `\nThe stack's grants are enforced. Tokens of ${caller}:\n  export GCE_METADATA_HOST=${metadata}\n` : ''}
curl:
    ${takeToken}curl ${sendToken}http://${host}/v2/${queue}/tasks \\
      -d '{"task":{"httpRequest":{"url":"http://127.0.0.1:3000/work"}}}'

Node, over gRPC${token ? ' (send the token as metadata "authorization")' : ''}:
    new CloudTasksClient({ apiEndpoint: '${LOOPBACK}', port: ${port}, sslCreds: new GrpcClient().grpc.credentials.createInsecure(),
      authClient: new PassThroughClient() })   // GrpcClient: google-gax, PassThroughClient: google-auth-library
Node, over REST:
    new CloudTasksClient({ apiEndpoint: '${LOOPBACK}', port: ${port}, fallback: true, protocol: 'http'${token ? '' : ', authClient: new PassThroughClient()'} })
${token ? '' : otherLanguages(host, queue)}`;
}

function exposure(address: string): string {
  return (
    `Warning: it listens on ${address}. Whoever reaches that may use it, and have it call what this machine reaches.\n` +
    'It answers to addresses, one-word names (as of a container), *.local and *.internal, with any port.\n'
  );
}

/** Clients that need no token, where nothing is enforced. */
function otherLanguages(host: string, queue: string): string {
  const [, project, , location] = queue.split('/');
  return `
Python:
    tasks_v2.CloudTasksClient(transport=CloudTasksGrpcTransport(channel=grpc.insecure_channel("${host}")))

gcloud:
    export CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS=http://${host}/ CLOUDSDK_AUTH_DISABLE_CREDENTIALS=true
    gcloud tasks queues list --project=${project} --location=${location}
`;
}
