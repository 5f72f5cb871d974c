import { outcomeEvent } from '../../events/outcome-event.ts';

const VIEW = {
  documentId: 'a1',
  sourceUri: 'gs://p-documents/a.txt',
  generation: '1',
  filename: 'a.txt',
  method: 'auto',
  ocr: 'auto',
  epoch: 0,
  status: 'COMPLETED',
  attempts: 1,
  createdAt: 'then',
  updatedAt: 'then',
} as const;

test("an event stands under the trace of the hand-in, where Google's client libraries look for it", () => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const { attributes, data } = outcomeEvent({ ...VIEW, traceparent });
  expect(attributes.googclient_traceparent).toBe(traceparent);
  expect(JSON.parse(data)).toMatchObject({ traceparent });
});

test('without a trace an event names none', () => {
  expect(outcomeEvent(VIEW).attributes).not.toHaveProperty('googclient_traceparent');
});
