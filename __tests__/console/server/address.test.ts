import { addressOf } from '../../../console/server/address.ts';

const at = (path: string, query = '') => addressOf(path, new URLSearchParams(query));
const NOTHING = { q: '', status: '', severity: '', instance: '', queue: '', page: 0 };

test.each([
  ['/documents', '', { place: 'documents', ...NOTHING }],
  ['/documents/some-id', '', { place: 'documents', id: 'some-id', ...NOTHING }],
  [
    '/tasks/projects/p/locations/l/queues/q/tasks/a',
    '',
    { place: 'tasks', id: 'projects/p/locations/l/queues/q/tasks/a', ...NOTHING },
  ],
  ['/documents', 'q=a+b&status=FAILED&page=2', { place: 'documents', ...NOTHING, q: 'a b', status: 'FAILED', page: 2 }],
  ['/instances', 'instance=12', { place: 'instances', ...NOTHING, instance: '12' }],
  ['/documents/%ff', '', { place: 'documents', id: '%ff', ...NOTHING }],
])('%s?%s', (path, query, address) => {
  expect(at(path, query)).toEqual(address);
});

test.each(['', '/', '/elsewhere', '/documentsx'])('%j is no address', (path) => {
  expect(at(path)).toBeUndefined();
});

test.each(['-1', 'x', '1.5', ''])('a page of %j is the first', (page) => {
  expect(at('/documents', `page=${page}`)?.page).toBe(0);
});
