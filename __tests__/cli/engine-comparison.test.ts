import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { compareEngines, firstDifference } from '../../cli/engine-comparison.ts';

function stack(version: string, name = 'documents') {
  const resource = { google_cloud_tasks_queue: { queue: { name } }, google_storage_bucket: { a: {}, b: {} } };
  return { '//': { metadata: { backend: 'local', version } }, resource };
}

test('two engines that make the same but for their version', () => {
  expect(compareEngines('dev', stack('0.21.0'), stack('0.24.0'))).toEqual({
    isSame: true,
    line: 'dev: the same by cdktf 0.21.0 and cdktn 0.24.0 (3 resources)',
  });
});

test('two engines that make something else', () => {
  expect(compareEngines('dev', stack('0.21.0'), stack('0.24.0', 'other'))).toEqual({
    isSame: false,
    line: 'dev: differs between cdktf 0.21.0 and cdktn 0.24.0, first at resource.google_cloud_tasks_queue.queue.name',
  });
});

test('one engine in two is no comparison', () => {
  expect(compareEngines('dev', stack('0.21.0'), stack('0.21.0'))).toEqual({
    isSame: false,
    line: 'dev: not compared, cdktf 0.21.0 and cdktn 0.21.0 are the same engine',
  });
});

describe('the first difference of two JSON values', () => {
  test.each([
    [{ a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 1 }, { b: 3 }] }, 'a[1].b'],
    [{ a: 1 }, { a: 1, b: 2 }, 'b'],
    [{ a: 1, b: undefined }, { a: 1 }, 'b'],
    [{ a: [] }, { a: {} }, 'a'],
    [{ a: null }, { a: {} }, 'a'],
    [[1, 2], [1], '[1]'],
    [1, 2, 'the whole'],
  ])('of %j and %j it is at %s', (a, b, expected) => {
    expect(firstDifference(a, b)).toBe(expected);
    expect(firstDifference(b, a)).toBe(expected);
  });

  test('there is none between a value and a copy with its keys in another order', () => {
    const reversed = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value;
      if (Array.isArray(value)) return value.map(reversed);
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, reversed(item)]),
      );
    };
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(firstDifference(value, reversed(value))).toBeUndefined()));
  });

  test('there is one exactly when the values are not equal', () => {
    const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)));
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(firstDifference(a, b) === undefined).toBe(isDeepStrictEqual(a, b));
      }),
    );
  });
});
