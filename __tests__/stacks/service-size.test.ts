import fc from 'fast-check';
import { capacityOf, type ServiceSize, serviceSize, sizeChecks } from '../../stacks/service-size.ts';

function problems(size: ServiceSize): string[] {
  return sizeChecks(serviceSize(size))
    .filter(({ condition }) => !condition)
    .map(({ message }) => message);
}

test('one vCPU, 2 GiB, 10 instances with 4 requests each by default', () => {
  const size = serviceSize({});
  expect(size).toEqual({ cpu: '1', memory: '2Gi', concurrency: 4, minInstances: 0, maxInstances: 10 });
  expect(capacityOf(size)).toBe(40);
  expect(problems({})).toEqual([]);
});

test.each([
  ['1', '512Mi', '4Gi'],
  ['2', '512Mi', '8Gi'],
  ['4', '2Gi', '16Gi'],
  ['6', '4Gi', '24Gi'],
  ['8', '4Gi', '32Gi'],
])('%s vCPU takes %s to %s and nothing beyond', (cpu, least, most) => {
  const mebibytes = (memory: string) => Number.parseInt(memory, 10) * (memory.endsWith('Gi') ? 1024 : 1);
  const range = `${mebibytes(least)}Mi to ${mebibytes(most)}Mi`;
  expect(problems({ cpu, memory: least })).toEqual([]);
  expect(problems({ cpu, memory: most })).toEqual([]);
  for (const memory of [`${mebibytes(least) - 1}Mi`, `${mebibytes(most) + 1}Mi`]) {
    expect(problems({ cpu, memory })).toEqual([
      `With ${cpu} vCPU an instance has ${range} of memory; received '${memory}': change the memory or the cpu.`,
    ]);
  }
});

test.each(['0.5', '3', '16', '1000m', ''])("refuses the cpu '%s'", (cpu) => {
  expect(problems({ cpu })).toEqual([
    `An instance has 1, 2, 4, 6, 8 vCPUs; received cpu '${cpu}': choose one of these.`,
  ]);
});

test.each(['1G', '1.5Gi', '1 Gi', 'Gi', '', '-1Gi'])("refuses the memory '%s'", (memory) => {
  expect(problems({ memory })).toEqual([
    `Memory is a whole number of Mi or Gi; received '${memory}': write it as '512Mi' or '2Gi'.`,
  ]);
});

test.each([0, 1001, 1.5])('refuses a concurrency of %d', (concurrency) => {
  expect(problems({ concurrency })).toEqual([
    `An instance takes 1 to 1000 requests at once; received a concurrency of ${concurrency}: ` +
      'choose a whole number in that range.',
  ]);
});

test.each([0, 1001, 1.5])('refuses at most %d instances', (maxInstances) => {
  expect(problems({ maxInstances })).toEqual([
    `A service has at most 1 to 1000 instances; received maxInstances ${maxInstances}: ` +
      'choose a whole number in that range.',
  ]);
});

test.each([-1, 11, 0.5])('refuses %d warm instances of 10', (minInstances) => {
  expect(problems({ minInstances })).toEqual([
    'The instances kept warm are a whole number from 0 to maxInstances, 10; ' +
      `received minInstances ${minInstances}: lower it or raise maxInstances.`,
  ]);
});

test('whatever is given, every problem names a rule and the value it got', () => {
  const size = fc.record({
    cpu: fc.string(),
    memory: fc.string(),
    concurrency: fc.double(),
    maxInstances: fc.integer(),
  });
  fc.assert(
    fc.property(size, (given) => {
      for (const problem of problems(given)) expect(problem).toMatch(/; received .*: .*\.$/s);
    }),
  );
});
