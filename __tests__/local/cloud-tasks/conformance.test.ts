import { WIRES } from './clients.ts';
import { DISPATCH_FACTS } from './dispatch-facts.ts';
import { EmulatorUnderTest } from './emulator-under-test.ts';
import { RESOURCE_FACTS } from './resource-facts.ts';

// What the real service does, fact by fact, over both wires of the official client. Its errors: conformance.errors.test.ts.

const ROWS = [...RESOURCE_FACTS, ...DISPATCH_FACTS].map((fact) => [fact.fact, fact.source, fact] as const);

describe.each(WIRES)('over %s', (wire) => {
  const emulator = new EmulatorUnderTest(wire);

  beforeAll(() => emulator.start());
  afterAll(() => emulator.close());

  test.each(ROWS)('%s (%s)', async (_fact, _source, row) => {
    await emulator.newQueue(row.queue);
    await row.check(emulator);
  });
});
