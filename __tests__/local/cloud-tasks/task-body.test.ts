import fc from 'fast-check';
import { bytesOf, LargeBody, taskBody, taskBodyOfJson } from '../../../local/cloud-tasks/task-body.ts';

const LARGE = 16 * 1024;

/** Bodies on both sides of what is large. */
const bytes = fc
  .tuple(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(0, LARGE - 300, LARGE))
  .map(([some, more]) => Buffer.concat([some, Buffer.alloc(more, 0xff)]));

test('any bytes come back, also through JSON, and their number is known', () => {
  fc.assert(
    fc.property(bytes, (body) => {
      const kept = taskBody(body);
      expect(kept).toHaveLength(body.length);
      expect(bytesOf(kept).equals(body)).toBe(true);
      const again = taskBodyOfJson(JSON.parse(JSON.stringify(kept)));
      expect(again).toEqual(kept);
      expect(bytesOf(again).equals(body)).toBe(true);
    }),
  );
});

test('what is kept is a copy: the bytes may be those of a buffer that is used again', () => {
  for (const length of [10, LARGE]) {
    const body = Buffer.alloc(length, 'a');
    const kept = taskBody(body);
    body.fill('b');
    expect(bytesOf(kept).equals(Buffer.alloc(length, 'a'))).toBe(true);
  }
});

test('large bodies are buffers, whose bytes are outside of the heap and its limit', () => {
  const body = taskBody(Buffer.alloc(1_000_000, 'a'));
  expect(body).toBeInstanceOf(LargeBody);
  expect((body as LargeBody).bytes.equals(Buffer.alloc(1_000_000, 'a'))).toBe(true);
});

test('small bodies are strings', () => {
  expect(taskBody(Buffer.from([0, 255]))).toBe('\u0000\u00ff');
});
