import fc from 'fast-check';
import { DEFAULT_DISPATCH_DEADLINE_SECONDS, type Deadlines, deadlineProblems, deadlinesFor } from '../deadlines.ts';

const accepted = fc.integer({ min: 15, max: 1800 });

test('ten minutes by default, and what derives from them', () => {
  expect(DEFAULT_DISPATCH_DEADLINE_SECONDS).toBe(600);
  expect(deadlinesFor()).toEqual({
    dispatchDeadlineSeconds: 600,
    requestTimeoutSeconds: 595,
    budgetSeconds: 540,
    conversionSeconds: 530,
    doclingSeconds: 397,
    extractionSeconds: 0,
    leaseSeconds: 45,
    leaseRenewalSeconds: 15,
  });
});

test('an extraction takes its fifth from the conversion, and nothing else changes', () => {
  expect(deadlinesFor(600, { extraction: true })).toEqual({
    ...deadlinesFor(600),
    conversionSeconds: 424,
    doclingSeconds: 318,
    extractionSeconds: 106,
  });
});

test('conversion + extraction < budget < request timeout <= dispatch deadline, for every deadline', () => {
  fc.assert(
    fc.property(accepted, fc.boolean(), (seconds, extraction) => {
      const chain = deadlinesFor(seconds, { extraction });
      expect(chain.dispatchDeadlineSeconds).toBe(seconds);
      expect(chain.requestTimeoutSeconds).toBeLessThanOrEqual(seconds);
      expect(chain.budgetSeconds).toBeLessThan(chain.requestTimeoutSeconds);
      expect(chain.conversionSeconds + chain.extractionSeconds).toBeLessThan(chain.budgetSeconds);
      expect(chain.conversionSeconds).toBeGreaterThan(chain.doclingSeconds);
      expect(chain.doclingSeconds).toBeGreaterThan(0);
      expect(chain.extractionSeconds > 0).toBe(extraction);
      expect(deadlineProblems(chain)).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('a lease is renewed three times in its life and never outlives the budget', () => {
  fc.assert(
    fc.property(accepted, (seconds) => {
      const { leaseSeconds, leaseRenewalSeconds, budgetSeconds } = deadlinesFor(seconds);
      expect(leaseRenewalSeconds * 3).toBeCloseTo(leaseSeconds);
      expect(leaseSeconds).toBeLessThan(budgetSeconds);
      expect(leaseSeconds).toBeLessThanOrEqual(45);
    }),
  );
});

test('what Cloud Run and Cloud Tasks are told is in whole seconds', () => {
  fc.assert(
    fc.property(accepted, (seconds) => {
      const { dispatchDeadlineSeconds, requestTimeoutSeconds } = deadlinesFor(seconds);
      expect([dispatchDeadlineSeconds, requestTimeoutSeconds].every(Number.isInteger)).toBe(true);
    }),
  );
});

test('a longer deadline never makes anything shorter', () => {
  fc.assert(
    fc.property(accepted, accepted, fc.boolean(), (a, b, extraction) => {
      const shorter = deadlinesFor(Math.min(a, b), { extraction });
      const longer = deadlinesFor(Math.max(a, b), { extraction });
      for (const key of Object.keys(shorter) as (keyof Deadlines)[]) {
        expect(longer[key]).toBeGreaterThanOrEqual(shorter[key]);
      }
    }),
  );
});

test('refuses every number that Cloud Tasks does not accept', () => {
  const refused = fc.oneof(
    fc.integer({ max: 14 }),
    fc.integer({ min: 1801 }),
    fc.double({ min: 15, max: 1800 }).filter((seconds) => !Number.isInteger(seconds)),
  );
  fc.assert(
    fc.property(refused, (seconds) => {
      expect(() => deadlinesFor(seconds)).toThrow(
        new RangeError(`The dispatch deadline must be a whole number of seconds from 15 to 1800; received ${seconds}.`),
      );
    }),
  );
});

test.each<[Partial<Deadlines>, string]>([
  [{ dispatchDeadlineSeconds: 1801 }, 'The dispatch deadline must be from 15 s to 1800 s; received 1801 s.'],
  [
    { requestTimeoutSeconds: 601 },
    "Cloud Run's request timeout must be at most the dispatch deadline of 600 s; received 601 s.",
  ],
  [{ budgetSeconds: 595 }, "The handler's budget must be below Cloud Run's request timeout of 595 s; received 595 s."],
  [
    { conversionSeconds: 500, extractionSeconds: 40 },
    'Conversion (above 0 s) and extraction must together stay below the budget of 540 s; received 500 s and 40 s.',
  ],
  [
    { conversionSeconds: 0.5, doclingSeconds: 0.5 },
    "Docling's limit must be above 0 s and below the conversion's of 0.5 s; received 0.5 s.",
  ],
  [
    { leaseRenewalSeconds: 23 },
    'The lease of 45 s must be renewed at least twice in its life; received a renewal every 23 s.',
  ],
])('says what is wrong with %j', (broken, problem) => {
  expect(deadlineProblems({ ...deadlinesFor(), ...broken })).toEqual([problem]);
});
