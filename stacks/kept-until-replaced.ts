import { Aspects, TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';

/** What the service uses: queues, identities, buckets, the bundle, and grants on them, on secrets, models and keys. */
const USED_BY_SERVICE =
  /^google_(cloud_tasks_queue|service_account|storage_bucket|secret_manager_secret_iam|project_iam|kms_crypto_key_iam)/;

/**
 * Has Terraform take away what a change leaves without use only after the service was changed. By itself it destroys first: the
 * running revision would lose its queues, grants, code and secrets some time before the next one is there.
 *
 * Not the service itself, whose name is taken until it is gone.
 */
export function keepUntilReplaced(scope: Construct): void {
  Aspects.of(scope).add({
    visit(node) {
      if (!TerraformResource.isTerraformResource(node) || !USED_BY_SERVICE.test(node.terraformResourceType)) return;
      node.lifecycle = { ...node.lifecycle, createBeforeDestroy: true };
    },
  });
}
