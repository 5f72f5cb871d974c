import { traceHeaders } from '../../../local/cloud-run/trace.ts';

const randomHex = (digits: number) => 'ab'.repeat(digits / 2);

test('a request without a trace begins one, the same in both headers', () => {
  expect(traceHeaders(undefined, randomHex)).toEqual({
    traceparent: `00-${'ab'.repeat(16)}-${'ab'.repeat(8)}-01`,
    'x-cloud-trace-context': `${'ab'.repeat(16)}/12370169555311111083;o=1`,
  });
});

test("the caller's trace goes on with a span of its own", () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  expect(traceHeaders(`00-${trace}-b7ad6b7169203331-01`, randomHex).traceparent).toBe(
    `00-${trace}-${'ab'.repeat(8)}-01`,
  );
});

test.each([
  '',
  'junk',
  `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01`,
  `01-${'a'.repeat(32)}-b7ad6b7169203331-01`,
])('the malformed traceparent %p begins a new trace', (traceparent) => {
  expect(traceHeaders(traceparent, randomHex).traceparent).toContain('ab'.repeat(16));
});
