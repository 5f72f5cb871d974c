import { DataResource } from 'cdktf';
import { Construct } from 'constructs';

export interface FixedPlaceProps {
  readonly projectId: string;
  readonly location: string;
}

/**
 * Remembers where the stack was deployed first, and lets Terraform refuse any other place when it plans, before anything is changed:
 * what is somewhere else is another resource, and the queues with their tasks and the buckets with their documents would be deleted.
 */
export class FixedPlace extends Construct {
  constructor(scope: Construct, id: string, { projectId, location }: FixedPlaceProps) {
    super(scope, id);
    /* biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own expressions */
    new DataResource(this, 'Default', {
      input: { project: projectId, location },
      lifecycle: {
        ignoreChanges: ['input'],
        postcondition: [
          {
            condition: `\${self.output.project == "${projectId}" && self.output.location == "${location}"}`,
            errorMessage:
              'This environment lives in ${self.output.location} of ${self.output.project}; received ' +
              `${location} of ${projectId}, and to move it would delete its queues and buckets with all that is in them. ` +
              'Deploy another ENVIRONMENT there, let this one finish, copy what is to be kept, and destroy it.',
          },
        ],
      },
    });
    /* biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own expressions */
  }
}
