import { SecretManagerSecretIamMember } from '@cdktf/provider-google/lib/secret-manager-secret-iam-member/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { SETTING_NAMES } from '../../handler/setting-names.ts';
import type { Check } from '../checks.ts';
import { addChecks } from '../validation.ts';

interface SecretVariablesProps {
  /** Environment variable → id of a secret of the same project; instances start with its latest version. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly projectId: string;
  /** Who reads the secrets: the identity that the handler runs as. */
  readonly member: string;
}

/** Names that the stack and Cloud Run set themselves. */
const TAKEN = new Set<string>([...SETTING_NAMES, 'K_SERVICE', 'K_REVISION', 'K_CONFIGURATION']);

/** Secrets of Secret Manager as environment variables, and the grants to read exactly these. */
export class SecretVariables extends Construct {
  /** What the service waits for: without the grants no instance starts. */
  readonly grants: ITerraformDependable[];

  constructor(scope: Construct, id: string, props: SecretVariablesProps) {
    super(scope, id);
    addChecks(this, secretChecks(props.secrets));
    this.grants = [...new Set(Object.values(props.secrets))].map(
      (secretId) =>
        new SecretManagerSecretIamMember(this, `accessor-${secretId}`, {
          secretId,
          project: props.projectId,
          role: 'roles/secretmanager.secretAccessor',
          member: props.member,
        }),
    );
  }
}

function secretChecks(secrets: Readonly<Record<string, string>>): Check[] {
  return Object.entries(secrets).flatMap(([variable, secretId]) => [
    {
      values: [variable],
      condition: /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable),
      message:
        'An environment variable has letters, digits and underscores, no digit first; ' +
        `received '${variable}' for the secret '${secretId}': rename the variable.`,
    },
    {
      values: [variable],
      condition: !TAKEN.has(variable),
      message: `The stack sets ${variable} itself; received it for the secret '${secretId}': rename the variable.`,
    },
    {
      values: [secretId],
      condition: /^[A-Za-z0-9_-]{1,255}$/.test(secretId),
      message:
        'A secret is named by its id, letters, digits, hyphens and underscores; ' +
        `received '${secretId}' for ${variable}: use the id alone, of a secret in the same project.`,
    },
  ]);
}
