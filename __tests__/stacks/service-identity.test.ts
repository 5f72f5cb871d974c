import { ServiceIdentity } from '../../stacks/service-identity.ts';
import { jsonOf, only } from './synthesised-stack.ts';

test('is a service account that the member may act as, and no other', () => {
  const json = jsonOf((scope) => {
    const props = { accountId: 'document-invoker', projectId: 'my-project', displayName: 'Calls the handler' };
    new ServiceIdentity(scope, 'invoker', props).grantActAs('act-as', 'user:a@example.com');
  });
  expect(only(json, 'google_service_account')).toEqual({
    account_id: 'document-invoker',
    project: 'my-project',
    display_name: 'Calls the handler',
  });
  expect(only(json, 'google_service_account_iam_member')).toEqual({
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own references
    service_account_id: '${google_service_account.invoker.name}',
    role: 'roles/iam.serviceAccountUser',
    member: 'user:a@example.com',
  });
});
