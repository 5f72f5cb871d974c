import { TerraformResource, Token } from 'cdktf';
import type { Construct } from 'constructs';

interface FixedPlaceProps {
  readonly projectId: string;
  readonly location: string;
}

/**
 * Remembers where the stack was deployed first, and lets Terraform refuse any other place when it plans, before anything is changed:
 * what is somewhere else is another resource, and the queues with their tasks and the buckets with their documents would be deleted.
 *
 * Terraform's own `terraform_data`, which needs no provider. cdktf has a class for it, but that one runs Terraform at synth.
 */
export class FixedPlace extends TerraformResource {
  readonly #place: FixedPlaceProps;

  constructor(scope: Construct, id: string, { projectId, location }: FixedPlaceProps) {
    super(scope, id, {
      terraformResourceType: 'terraform_data',
      lifecycle: {
        ignoreChanges: ['input'],
        postcondition: [
          {
            condition: `\${self.output.project == ${inExpression(projectId)} && self.output.location == ${inExpression(location)}}`,
            /* biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own expressions */
            errorMessage:
              'This environment lives in ${self.output.location} of ${self.output.project}; received ' +
              `${location} of ${projectId}, and to move it would delete its queues and buckets with all that is in them. ` +
              'Deploy another ENVIRONMENT there, let this one finish, copy what is to be kept, and destroy it.',
            /* biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own expressions */
          },
        ],
      },
    });
    this.#place = { projectId, location };
  }

  protected override synthesizeAttributes() {
    return { input: { project: this.#place.projectId, location: this.#place.location } };
  }
}

/** A text as a part of one of Terraform's expressions; a reference is one already. */
function inExpression(text: string): string {
  return Token.isUnresolved(text) ? text : JSON.stringify(text);
}
