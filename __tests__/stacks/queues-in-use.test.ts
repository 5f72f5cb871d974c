import { ref, Token } from 'cdktf';
import { stackJson } from './synthesised-stack.ts';

const queue = (number: number) => (number === 1 ? 'queue' : `queue-${number}`);
const address = (name: string, number: number) => `terraform_data.${name}["${queue(number)}"]`;
const names = (...numbers: number[]) => `\${toset(${JSON.stringify(numbers.map(queue)).replaceAll(',', ', ')})}`;

test('under protection a queue that gets tasks cannot go before it was drained', () => {
  const { resource } = stackJson({ environment: 'prod', queueCount: 2, drainingQueues: 1 });
  const { drained, 'to-be-drained-first': used } = resource.terraform_data ?? {};
  expect(used).toMatchObject({ for_each: names(1, 2), lifecycle: { prevent_destroy: true } });
  expect(drained?.for_each).toBe(names(3));
  expect(drained?.lifecycle).not.toHaveProperty('prevent_destroy');
});

test('a queue that begins to be drained moves to those that may go, and back', () => {
  const { moved } = stackJson({ environment: 'prod', queueCount: 2, drainingQueues: 1 });
  expect(moved).toEqual([
    { from: address('drained', 1), to: address('to-be-drained-first', 1) },
    { from: address('drained', 2), to: address('to-be-drained-first', 2) },
    { from: address('to-be-drained-first', 3), to: address('drained', 3) },
  ]);
});

test('what moves is written out, also where only Terraform knows the names', () => {
  const { moved } = stackJson({ environment: Token.asString(ref('terraform.workspace')) });
  expect(moved).toEqual([{ from: address('drained', 1), to: address('to-be-drained-first', 1) }]);
});

test('without protection any queue may go', () => {
  const { resource } = stackJson({ queueCount: 2 });
  expect(resource.terraform_data?.['to-be-drained-first']?.lifecycle).not.toHaveProperty('prevent_destroy');
});
