import { PassThrough, Readable } from 'node:stream';
import { readUpTo } from '../../google/read-up-to.ts';

const tooLarge = (bytes: number) => new Error(`${bytes} bytes came.`);
const pieces = (...texts: string[]) => Readable.from(texts.map((text) => Buffer.from(text)));

test.each([
  ['nothing', []],
  ['one piece', ['abcd']],
  ['as much as may be, in pieces', ['ab', 'c', 'd']],
])('%s is read whole, and told piece by piece', async (_what, texts) => {
  const heard: string[] = [];
  const bytes = await readUpTo(pieces(...texts), 4, tooLarge, (chunk) => heard.push(chunk.toString()));
  expect(bytes.toString()).toBe(texts.join(''));
  expect(heard).toEqual(texts);
});

test('a byte more ends the stream, with what has come', async () => {
  const stream = pieces('abc', 'de', 'f');
  await expect(readUpTo(stream, 4, tooLarge)).rejects.toThrow('5 bytes came.');
  expect(stream.destroyed).toBe(true);
});

test("a stream that fails has its own error, and one that is closed before its end another's", async () => {
  const failing = new PassThrough();
  const failed = expect(readUpTo(failing, 4, tooLarge)).rejects.toThrow('lost');
  failing.destroy(new Error('lost'));
  await failed;
  const closing = new PassThrough();
  const closed = expect(readUpTo(closing, 4, tooLarge)).rejects.toThrow('The connection was closed before the end.');
  closing.destroy();
  await closed;
});
