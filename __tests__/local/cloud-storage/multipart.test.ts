import fc from 'fast-check';
import { readMultipart } from '../../../local/cloud-storage/multipart.ts';
import { StorageApiError } from '../../../local/cloud-storage/storage-error.ts';

const TYPE = 'multipart/related; boundary=frontier';

function bodyOf(resource: string, content: Uint8Array | string, type = 'text/plain'): Buffer {
  return Buffer.concat([
    Buffer.from(
      `--frontier\r\nContent-Type: application/json\r\n\r\n${resource}\r\n--frontier\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n--frontier--\r\n'),
  ]);
}

test('the first part describes, the second is the content', () => {
  const upload = readMultipart(TYPE, bodyOf('{"name":"n","metadata":{"k":"v"}}', 'hello'));
  expect(upload).toEqual({ name: 'n', contentType: 'text/plain', metadata: { k: 'v' }, content: Buffer.from('hello') });
});

test("the object's own content type wins over the part's", () => {
  expect(readMultipart(TYPE, bodyOf('{"contentType":"a/b"}', '')).contentType).toBe('a/b');
});

test.each(['"frontier"', "'frontier'"])('the boundary may be quoted: %s', (boundary) => {
  expect(readMultipart(`multipart/related; boundary=${boundary}`, bodyOf('{}', 'x')).content.toString()).toBe('x');
});

test('any bytes come through, line breaks and near-delimiters included', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.constantFrom('\r\n', '--frontie', '\r\n\r\n').map((s) => Buffer.from(s)),
  );
  // A sender chooses a boundary that is not in its content (RFC 2046, section 5.1.1).
  const content = fc
    .array(piece)
    .map((pieces) => Buffer.concat(pieces))
    .filter((bytes) => !bytes.includes('--frontier'));
  fc.assert(
    fc.property(content, (bytes) => {
      expect(readMultipart(TYPE, bodyOf('{}', bytes)).content).toEqual(bytes);
    }),
  );
});

test.each([
  [
    'no multipart type',
    'application/json',
    Buffer.from('{}'),
    /Content-Type is not multipart\/related with a boundary/,
  ],
  ['one part', TYPE, Buffer.from('--frontier\r\n\r\n{}\r\n--frontier--'), /it has not two parts/],
  ['nothing', TYPE, Buffer.alloc(0), /it has not two parts/],
  ['a part without its empty line', TYPE, Buffer.from('--frontier\r\n{}\r\n--frontier--'), /no empty line/],
  ['no JSON', TYPE, bodyOf('{', ''), /its first part is not JSON/],
  ['JSON of another kind', TYPE, bodyOf('{"name":1}', ''), /its first part is not an object resource/],
])('refused with 400: %s', (_what, type, body, message) => {
  const attempt = () => readMultipart(type, body);
  expect(attempt).toThrow(message);
  expect(attempt).toThrow(expect.objectContaining({ code: 400 }));
});

test('whatever comes, the answer is an upload or a refusal', () => {
  const noise = fc.array(fc.oneof(fc.string(), fc.constantFrom('--frontier', '\r\n', '\r\n\r\n', '{}', '--')));
  fc.assert(
    fc.property(noise, (pieces) => {
      try {
        readMultipart(TYPE, Buffer.from(pieces.join('')));
      } catch (error) {
        expect(error).toBeInstanceOf(StorageApiError);
      }
    }),
  );
});
