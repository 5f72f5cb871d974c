import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyChange, type Change, emptyState } from '../../../local/cloud-tasks/changes.ts';
import { Journal } from '../../../local/cloud-tasks/journal.ts';
import { DEFAULT_SETTINGS } from '../../../local/cloud-tasks/queue-update.ts';
import { newTask } from '../../../local/cloud-tasks/task-progress.ts';
import { QUEUE } from './vocabulary.ts';

const MEGABYTE = 1024 * 1024;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'journal-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('the file does not grow with what has ended: it is written anew, and nothing is lost', () => {
  const state = emptyState();
  const journal = new Journal(path.join(folder, 'made', 'by-itself'));
  const keep = (change: Change) => {
    journal.append(change, () => state);
    applyChange(state, change);
  };
  keep({ kind: 'queue', name: QUEUE, settings: DEFAULT_SETTINGS, state: 'RUNNING' });
  const httpRequest = {
    url: 'https://t.example/',
    httpMethod: 'POST' as const,
    headers: {},
    body: 'x'.repeat(MEGABYTE),
  };
  for (let sequence = 0; sequence < 40; sequence++) {
    const name = `${QUEUE}/tasks/t${sequence}`;
    const task = { name, httpRequest, scheduleTime: 0, createTime: 0, dispatchDeadlineMs: 600_000 };
    keep({ kind: 'task', task: newTask(task, sequence) });
    if (sequence > 0) keep({ kind: 'taskEnded', name, at: sequence });
  }
  journal.close();
  const file = path.join(folder, 'made', 'by-itself', 'journal.jsonl');
  expect(statSync(file).size).toBeLessThan(18 * MEGABYTE);
  const reopened = new Journal(path.dirname(file));
  const [queue] = reopened.kept.queues.values();
  expect([...(queue?.tasks.keys() ?? [])]).toEqual([`${QUEUE}/tasks/t0`]);
  expect(queue?.tasks.get(`${QUEUE}/tasks/t0`)?.httpRequest.body).toHaveLength(MEGABYTE);
  expect(queue?.tombstones.size).toBe(39);
  reopened.close();
});
