import { LogBuffer } from '../../../console/local/log-buffer.ts';

const ANY = { q: '', severity: '', instance: '' };
const line = (message: string, more: object = {}) =>
  JSON.stringify({ severity: 'INFO', time: '2026-03-01T12:00:00.000Z', message, ...more });
const TRACE = 'logging.googleapis.com/trace';

function bufferOf(...lines: string[]): LogBuffer {
  const buffer = new LogBuffer();
  for (const one of lines) buffer.add(one, 5);
  return buffer;
}

test("reads the service's lines as Cloud Logging does, and takes other lines as they are", () => {
  const buffer = bufferOf(line('Started', { documentId: 'a', [TRACE]: 'projects/p/traces/t', x: 1 }), 'No instance');
  expect(buffer.newest(ANY, 10)).toEqual([
    { id: 1, at: 5, severity: 'DEFAULT', message: 'No instance', rest: '' },
    {
      id: 0,
      at: Date.parse('2026-03-01T12:00:00Z'),
      severity: 'INFO',
      message: 'Started',
      documentId: 'a',
      trace: 't',
      rest: '{"documentId":"a","x":1}',
    },
  ]);
});

test('what looks like JSON and is none stays a line', () => {
  expect(bufferOf('{ not json').newest(ANY, 1)[0]).toMatchObject({ message: '{ not json' });
});

test('is searched by words and by the least severity', () => {
  const buffer = bufferOf(
    line('One', { id: 'x' }),
    line('Two', { severity: 'ERROR' }),
    line('Three', { severity: 'WARNING' }),
  );
  const messages = (query: object) => buffer.newest({ ...ANY, ...query }, 10).map(({ message }) => message);
  expect(messages({ q: 'x ONE' })).toEqual(['One']);
  expect(messages({ severity: 'WARNING' })).toEqual(['Three', 'Two']);
});

test("a document's lines are its own and those of the same requests, the oldest first", () => {
  const trace = { [TRACE]: 'projects/p/traces/t' };
  const buffer = bufferOf(
    line('before', trace),
    line('own', { documentId: 'a', ...trace }),
    line('other', { documentId: 'b' }),
  );
  expect(buffer.ofDocument('a', 10).map(({ message }) => message)).toEqual(['before', 'own']);
});

test('a line knows the instance that it is of, and is found by it', () => {
  const buffer = new LogBuffer();
  buffer.add(line('One'), 5, 11);
  buffer.add('An instance ended by itself', 6, 22);
  buffer.add('403 for POST /', 7);
  buffer.add(line('Two'), 8, 11);
  const lines = (instance: string) => buffer.newest({ ...ANY, instance }, 10).map(({ message, pid }) => [message, pid]);
  expect(lines('11')).toEqual([
    ['Two', 11],
    ['One', 11],
  ]);
  expect(lines('22')).toEqual([['An instance ended by itself', 22]]);
  expect(lines('1')).toEqual([]);
  expect(lines('')).toHaveLength(4);
  expect(buffer.instances()).toEqual([11, 22]);
});

test('keeps the newest lines alone, and numbers them on', () => {
  const buffer = new LogBuffer();
  for (let i = 0; i < 20_000; i++) buffer.add(`line ${i}`, i);
  const kept = buffer.newest(ANY, 100_000);
  expect(kept[0]).toMatchObject({ id: 19_999, message: 'line 19999' });
  expect(kept.length).toBeLessThanOrEqual(7500);
  expect(kept.length).toBeGreaterThanOrEqual(5000);
});
