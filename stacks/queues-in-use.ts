import { TerraformIterator, TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';

interface QueuesInUseProps {
  /** The queues that get tasks, by the ids of their constructs: of a name that only Terraform knows nothing can be moved. */
  readonly used: readonly string[];
  /** Those that only dispatch what they have. */
  readonly drained: readonly string[];
  /** Whether Terraform refuses to delete a queue that was not drained in a deployment before. */
  readonly preventDestroy: boolean;
}

/**
 * Remembers which queues get tasks, so that none is deleted with what it has: `prevent_destroy` of a queue itself is forgotten with the
 * queue, but that of a resource for several stays when one of them goes. A queue that is drained moves to a resource without it, and
 * may go in the deployment after.
 *
 * Names and keys are for the message of Terraform, `terraform_data.to-be-drained-first["queue-3"] has lifecycle.prevent_destroy set`.
 */
export class QueuesInUse extends Construct {
  constructor(scope: Construct, id: string, { used, drained, preventDestroy }: QueuesInUseProps) {
    super(scope, id);
    const remember = (name: string, queues: readonly string[], lifecycle = {}) => {
      const resource = new TerraformResource(this, name, {
        terraformResourceType: 'terraform_data',
        forEach: TerraformIterator.fromList([...queues]),
        lifecycle,
      });
      resource.overrideLogicalId(name);
      return (queue: string) => `terraform_data.${name}["${queue}"]`;
    };
    const inUse = remember('to-be-drained-first', used, preventDestroy ? { preventDestroy } : {});
    const isDrained = remember('drained', drained);
    TerraformStack.of(this).addOverride('moved', [
      ...used.map((queue) => ({ from: isDrained(queue), to: inUse(queue) })),
      ...drained.map((queue) => ({ from: inUse(queue), to: isDrained(queue) })),
    ]);
  }
}
