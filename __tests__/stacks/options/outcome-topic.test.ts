import { stackJson, stackProblems } from '../synthesised-stack.ts';

/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own references */

const topicSetting = (props: Parameters<typeof stackJson>[0]) => {
  const [service] = Object.values(stackJson(props).resource.google_cloud_run_v2_service ?? {});
  const env: { name: string; value: string }[] = service?.template.containers[0].env ?? [];
  return env.find(({ name }) => name === 'OUTCOMES_TOPIC')?.value;
};

test.each([{}, { outcomes: false }])('with %j there is no topic, no grant and no setting', (props) => {
  const { resource } = stackJson(props);
  expect(resource).not.toHaveProperty('google_pubsub_topic');
  expect(resource).not.toHaveProperty('google_pubsub_topic_iam_member');
  expect(topicSetting(props)).toBeUndefined();
});

test('a topic is made, and the runtime may publish to it and nothing else', () => {
  const { resource } = stackJson({ outcomes: true });
  expect(Object.values(resource.google_pubsub_topic ?? {})).toMatchObject([
    { name: 'document-processing-dev-outcomes' },
  ]);
  expect(Object.values(resource.google_pubsub_topic_iam_member ?? {})).toMatchObject([
    {
      topic: '${google_pubsub_topic.outcomes.name}',
      role: 'roles/pubsub.publisher',
      member: '${google_service_account.runtime.member}',
    },
  ]);
  expect(topicSetting({ outcomes: true, projectId: 'my-project' })).toBe(
    'projects/my-project/topics/${google_pubsub_topic.outcomes.name}',
  );
});

test('a topic that exists gets the grant, and is otherwise left alone', () => {
  const { resource } = stackJson({ outcomes: 'my-outcomes' });
  expect(resource).not.toHaveProperty('google_pubsub_topic');
  expect(Object.values(resource.google_pubsub_topic_iam_member ?? {})).toMatchObject([{ topic: 'my-outcomes' }]);
  expect(topicSetting({ outcomes: 'my-outcomes', projectId: 'my-project' })).toBe(
    'projects/my-project/topics/my-outcomes',
  );
});

test.each(['ab', '1st', 'projects/p/topics/t', 'google-outcomes', 'a b c'])("refuses the topic '%s'", (outcomes) => {
  expect(stackProblems({ outcomes })).toEqual([
    "A topic is named by 3 to 255 letters, digits and -_.~+%, a letter first and not 'goog'; " +
      `received '${outcomes}': use the short name of a topic of the same project.`,
  ]);
});

/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: end of Terraform's references */
