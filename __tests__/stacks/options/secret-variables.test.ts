import { only, stackJson, stackProblems } from '../synthesised-stack.ts';

test('a secret becomes an environment variable by reference, in the order of the names', () => {
  const { env } = only(stackJson({ secrets: { EXTRA: 'my-secret' } }), 'google_cloud_run_v2_service').template
    .containers[0];
  const index = env.findIndex(({ name }: { name: string }) => name === 'EXTRA');
  expect(env[index]).toEqual({
    name: 'EXTRA',
    value_source: { secret_key_ref: { secret: 'my-secret', version: 'latest' } },
  });
  expect(env[index - 1].name < 'EXTRA' && 'EXTRA' < env[index + 1].name).toBe(true);
});

test('a secret of two variables is granted once', () => {
  const json = stackJson({ projectId: 'my-project', secrets: { ONE: 'my-secret', TWO: 'my-secret' } });
  expect(only(json, 'google_secret_manager_secret_iam_member')).toMatchObject({
    secret_id: 'my-secret',
    project: 'my-project',
    role: 'roles/secretmanager.secretAccessor',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own references
    member: '${google_service_account.runtime.member}',
  });
});

test.each(['GCP_PROJECT_ID', 'PORT', 'K_SERVICE'])('refuses the variable %s, which is set already', (variable) => {
  expect(stackProblems({ secrets: { [variable]: 'my-secret' } })).toEqual([
    `The stack sets ${variable} itself; received it for the secret 'my-secret': rename the variable.`,
  ]);
});

test.each(['1ST', 'MY-KEY', ''])("refuses the variable '%s'", (variable) => {
  expect(stackProblems({ secrets: { [variable]: 'my-secret' } })).toEqual([
    'An environment variable has letters, digits and underscores, no digit first; ' +
      `received '${variable}' for the secret 'my-secret': rename the variable.`,
  ]);
});

test.each(['projects/p/secrets/s', 'a b', ''])("refuses the secret id '%s'", (secretId) => {
  expect(stackProblems({ secrets: { API_KEY: secretId } })).toEqual([
    'A secret is named by its id, letters, digits, hyphens and underscores; ' +
      `received '${secretId}' for API_KEY: use the id alone, of a secret in the same project.`,
  ]);
});
