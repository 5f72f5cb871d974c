import {
  claim,
  completed,
  type DocumentRecord,
  failed,
  pendingRecord,
  released,
  renewed,
  replayed,
  withConversion,
} from '../../handler/document-record.ts';
import { documentTaskSchema } from '../../handler/document-task.ts';

const task = documentTaskSchema.parse({
  documentId: 'a1',
  sourceUri: 'gs://documents/a.pdf',
  generation: '1',
  filename: 'a.pdf',
});
const NOW = Date.UTC(2026, 0, 1);
const by = (owner: string, now = NOW) => ({ owner, now, leaseSeconds: 45 });

function claimed(record: DocumentRecord | undefined, owner: string, now = NOW): DocumentRecord {
  const found = claim(record, task, by(owner, now));
  if (found.kind !== 'claimed') throw new Error(`not claimed but ${found.kind}`);
  return found.record;
}

test('a document that waits is claimed with a lease', () => {
  expect(claimed(pendingRecord(task, NOW), 'one')).toMatchObject({
    status: 'PROCESSING',
    attempts: 1,
    lease: { owner: 'one', expiresAt: NOW + 45_000 },
  });
});

test('a task without a record makes its own', () => {
  expect(claimed(undefined, 'one')).toMatchObject({ documentId: 'a1', status: 'PROCESSING', attempts: 1 });
});

test('a live lease keeps others out until it expires', () => {
  const held = claimed(undefined, 'one');
  expect(claim(held, task, by('two', NOW + 44_999))).toEqual({ kind: 'held', expiresAt: NOW + 45_000 });
  expect(claimed(held, 'two', NOW + 45_000)).toMatchObject({ attempts: 2, lease: { owner: 'two' } });
});

test('a renewed lease lasts from the renewal on', () => {
  const held = renewed(claimed(undefined, 'one'), NOW + 15_000, 45);
  expect(held.lease).toEqual({ owner: 'one', expiresAt: NOW + 60_000 });
});

test('an outcome is final, and neither lease nor an earlier error stays beside it', () => {
  const again = claimed(released(claimed(undefined, 'one'), { reason: 'error', message: 'No.' }, NOW), 'two');
  const done = completed(again, { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 3 }, NOW);
  expect(done).not.toHaveProperty('lease');
  expect(done).not.toHaveProperty('error');
  expect(claim(done, task, by('three'))).toEqual({ kind: 'done', record: done });
  const gone = failed(again, { reason: 'corrupt', message: 'No.' }, NOW);
  expect(claim(gone, task, by('three'))).toEqual({ kind: 'done', record: gone });
});

test('a released document is free at once and keeps the reason', () => {
  const free = released(claimed(undefined, 'one'), { reason: 'timeout', message: 'Late.' }, NOW);
  expect(free).toMatchObject({ status: 'PENDING', attempts: 1, error: { reason: 'timeout' } });
  expect(claimed(free, 'two')).toMatchObject({ attempts: 2 });
});

test('a conversion stays until the document is COMPLETED, also when it is given back or FAILED, and not into a replay', () => {
  const conversion = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', type: 'text', characters: 3 } as const;
  const error = { reason: 'error', message: 'No.' };
  const held = withConversion(claimed(undefined, 'one'), conversion);
  expect(renewed(held, NOW, 45)).toMatchObject({ converted: conversion, lease: { owner: 'one' } });
  const again = claimed(released(held, error, NOW), 'two');
  expect(again).toMatchObject({ converted: conversion, lease: { owner: 'two' } });
  const gone = failed(again, error, NOW);
  expect(gone).toMatchObject({ converted: conversion });
  expect(replayed(gone, NOW)).not.toHaveProperty('converted');
  expect(claimed({ ...gone, epoch: -1 }, 'three')).not.toHaveProperty('converted');
  const { type: _type, ...result } = conversion;
  expect(completed(again, result, NOW)).not.toHaveProperty('converted');
});

test('a task of an earlier epoch is done: a replay has taken its place', () => {
  const replayed = { ...pendingRecord(task, NOW), epoch: 1 };
  expect(claim(replayed, task, by('late'))).toEqual({ kind: 'done', record: replayed });
});

test('a task of a later epoch than the record starts afresh', () => {
  const done = failed(claimed(undefined, 'one'), { reason: 'error', message: 'No.' }, NOW);
  expect(claim(done, { ...task, epoch: 1 }, by('two'))).toMatchObject({
    kind: 'claimed',
    record: { epoch: 1, attempts: 1 },
  });
});

test('an id that belongs to another document is a conflict', () => {
  const record = pendingRecord(task, NOW);
  const other = { ...task, sourceUri: 'gs://documents/b.pdf' };
  expect(claim(record, other, by('one'))).toEqual({ kind: 'conflict', record });
});
