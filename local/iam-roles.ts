/** The permissions that the local Google checks, of each role that a stack may grant (reference: IAM's roles and permissions). */
export const PERMISSIONS_OF_ROLES: Readonly<Record<string, readonly string[]>> = {
  'roles/aiplatform.user': ['aiplatform.endpoints.predict'],
  'roles/cloudtasks.enqueuer': ['cloudtasks.tasks.create', 'cloudtasks.tasks.fullView'],
  'roles/iam.serviceAccountUser': ['iam.serviceAccounts.actAs'],
  'roles/pubsub.publisher': ['pubsub.topics.publish'],
  'roles/pubsub.subscriber': ['pubsub.subscriptions.consume'],
  'roles/run.invoker': ['run.routes.invoke'],
  'roles/storage.objectViewer': ['storage.objects.get', 'storage.objects.list'],
  'roles/storage.objectCreator': ['storage.objects.create'],
  'roles/storage.objectUser': [
    'storage.objects.get',
    'storage.objects.list',
    'storage.objects.create',
    'storage.objects.delete',
  ],
};
