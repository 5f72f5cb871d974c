import { type Block, stackJson, type TerraformJson } from './synthesised-stack.ts';

const placeOf = ({ resource }: TerraformJson): Block => resource.terraform_data?.place ?? {};

test('the first place is remembered, and any other refused with the way out', () => {
  const place = placeOf(stackJson({ projectId: 'my-project', location: 'europe-west1' }));
  /* biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own expressions */
  expect(place).toEqual({
    input: { project: 'my-project', location: 'europe-west1' },
    lifecycle: {
      ignore_changes: ['input'],
      postcondition: [
        {
          condition: '${self.output.project == "my-project" && self.output.location == "europe-west1"}',
          error_message:
            'This environment lives in ${self.output.location} of ${self.output.project}; received europe-west1 of ' +
            'my-project, and to move it would delete its queues and buckets with all that is in them. Deploy another ' +
            'ENVIRONMENT there, let this one finish, copy what is to be kept, and destroy it.',
        },
      ],
    },
  });
  /* biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own expressions */
});

test('a project that only Terraform knows is compared with what it will know', () => {
  const [{ condition }] = placeOf(stackJson()).lifecycle.postcondition;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own expressions
  expect(condition).toBe('${self.output.project == var.project_id && self.output.location == "us-central1"}');
});
