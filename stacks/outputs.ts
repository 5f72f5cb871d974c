import { TerraformOutput, Token } from 'cdktf';
import type { Construct } from 'constructs';
import { OPERATOR_SETTINGS, type SettingName } from '../handler/setting-names.ts';

/** What Terraform prints after a deployment. */
export interface Outputs {
  readonly projectId: string;
  readonly location: string;
  readonly queues: readonly { readonly id: string; readonly name: string }[];
  readonly serviceUrl: string;
  /** Email of the identity that the handler runs as. */
  readonly runtime: string;
  /** Email of the identity that Cloud Tasks calls with. */
  readonly invoker: string;
  readonly documentsBucket: string;
  readonly resultsBucket: string;
  /** The handler's settings. */
  readonly settings: { readonly [Name in SettingName]?: string };
}

/** Adds the outputs to the stack; their names are a contract with whoever reads them. */
export function addOutputs(scope: Construct, outputs: Outputs): void {
  // As tokens: what cdktf does with a plain array makes Node print a deprecation warning.
  const output = (name: string, description: string, value: string | string[]) =>
    new TerraformOutput(scope, name, { value: Token.asAny(value), description });

  output(
    'queue_ids',
    'Full ids of the queues.',
    outputs.queues.map(({ id }) => id),
  );
  output('service_url', 'Address of the service, and the audience of every token for it.', outputs.serviceUrl);
  output('runtime_service_account', 'Identity that the handler runs as.', outputs.runtime);
  output('invoker_service_account', 'Identity that Cloud Tasks calls the service with.', outputs.invoker);
  output('documents_bucket', 'Bucket that documents are read from.', outputs.documentsBucket);
  output('results_bucket', 'Bucket of the records and results.', outputs.resultsBucket);
  output(
    'documents_environment',
    'Points npm run documents at this deployment, once a shell has evaluated it.',
    OPERATOR_SETTINGS.map((name) => `export ${name}=${outputs.settings[name] ?? ''}`).join('\n'),
  );
  output(
    'first_document_command',
    'Uploads README.md and puts a task for it into the queue; the result comes into the results bucket.',
    firstDocumentCommand(outputs),
  );
}

/**
 * A shell command that enqueues one document. It works with the internal ingress too, because only Cloud Tasks calls
 * the service. The generation is asked for when it runs, and is part of the document's id: what was uploaded again is
 * another document.
 */
function firstDocumentCommand({ projectId, location, queues, serviceUrl, invoker, documentsBucket }: Outputs): string {
  const document = `gs://${documentsBucket}/first.md`;
  const body = [
    '\\"documentId\\":\\"first-$GENERATION\\"',
    `\\"sourceUri\\":\\"${document}\\"`,
    '\\"generation\\":\\"$GENERATION\\"',
    '\\"filename\\":\\"first.md\\"',
  ];
  return [
    `gcloud storage cp README.md ${document} &&`,
    `GENERATION=$(gcloud storage objects describe ${document} --format='value(generation)') &&`,
    `gcloud tasks create-http-task --project=${projectId} --location=${location} --queue=${queues[0]?.name}`,
    `--method=POST --url=${serviceUrl}/tasks/process-document --header=Content-Type:application/json`,
    `--oidc-service-account-email=${invoker} --oidc-token-audience=${serviceUrl}`,
    `--body-content="{${body.join(',')}}"`,
  ].join(' ');
}
