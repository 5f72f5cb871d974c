import fc from 'fast-check';
import { parseTraceparent, traceField, traceLinks, traceparentOf } from '../../google/trace-context.ts';

const TRACE = '0123456789abcdef0123456789abcdef';
const SPAN = 'fedcba9876543210';
const of = (headers: Record<string, string>) => traceparentOf((name) => headers[name]);

test.each([
  [{ traceparent: `00-${TRACE}-${SPAN}-01` }, `00-${TRACE}-${SPAN}-01`],
  [{ traceparent: `00-${TRACE}-${SPAN}-00`, 'x-cloud-trace-context': `${SPAN}${SPAN}/1` }, `00-${TRACE}-${SPAN}-00`],
  [{ traceparent: 'broken', 'x-cloud-trace-context': `${TRACE}/255;o=1` }, `00-${TRACE}-00000000000000ff-01`],
  [{ 'x-cloud-trace-context': `${TRACE}/255;o=0` }, `00-${TRACE}-00000000000000ff-00`],
  [{ 'x-cloud-trace-context': `${TRACE}/18446744073709551615` }, `00-${TRACE}-ffffffffffffffff-01`],
  [{ 'x-cloud-trace-context': TRACE }, `00-${TRACE}-0000000000000001-01`],
  [{ 'x-cloud-trace-context': 'broken' }, undefined],
  [{}, undefined],
])('the trace of %j', (headers: Record<string, string>, expected) => {
  expect(of(headers)).toBe(expected);
});

test.each([
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}`,
  `00-${TRACE}-${SPAN}-01 `,
])('%j is no trace', (text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

test('of a later version what is known of it counts', () => {
  expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-else`)).toBe(`00-${TRACE}-${SPAN}-01`);
});

test('whatever a header says, what comes of it is a trace again, or none', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{32}\/[0-9]{1,20}(;o=[01])?$/));
  fc.assert(
    fc.property(text, text, (traceparent, cloudTrace) => {
      const found = of({ traceparent, 'x-cloud-trace-context': cloudTrace });
      expect(found && parseTraceparent(found)).toBe(found);
    }),
  );
});

test('groups the lines of a log', () => {
  expect(traceField('p', `00-${TRACE}-${SPAN}-01`)).toEqual({
    'logging.googleapis.com/trace': `projects/p/traces/${TRACE}`,
  });
});

test('without a trace, or a project, there is no field', () => {
  expect(traceField('p', undefined)).toEqual({});
  expect(traceField('', `00-${TRACE}-${SPAN}-01`)).toEqual({});
});

test('leads to the console', () => {
  expect(traceLinks('p', `00-${TRACE}-${SPAN}-01`)).toEqual({
    trace: `https://console.cloud.google.com/traces/list?project=p&tid=${TRACE}`,
    logs: `https://console.cloud.google.com/logs/query;query=trace%3D%22projects%2Fp%2Ftraces%2F${TRACE}%22?project=p`,
  });
});
