import { constants, inflateSync } from 'node:zlib';
import { UnconvertibleDocumentError } from '../converter.ts';

/** Fields above a field. Forms that people fill in have a handful; pdf.js goes through all of them for each field, several times. */
const MOST_PARENTS = 64;
/** With fewer objects no chain is long enough to matter. */
const FEW_OBJECTS = 1000;
/** Of all streams of objects together, inflated, in bytes: what comes behind is not looked through. */
const MOST_INFLATED = 64 * 1024 * 1024;
/** Of a stream's dictionary, on each side of its type, in bytes. */
const LONGEST_DICTIONARY = 1024;

const OBJECT_OR_PARENT = /(\d{1,10})\s+\d{1,5}\s+obj\b|\/Parent\s+(\d{1,10})\s/g;
const PARENT = /\/Parent\s+(\d{1,10})\s/g;

/** Parents by the numbers of objects; in a file that was changed an object may have had another one before. */
type Parents = Map<number, number[]>;

/**
 * Looks for fields of a form that stand in each other without end, before pdf.js does: thousands of them take it minutes, and nothing could
 * end it. Only what is plainly written or deflated is seen, as in nearly every file.
 *
 * @throws UnconvertibleDocumentError `too-large` beyond {@link MOST_PARENTS}
 */
export function requireShortChains(bytes: Uint8Array): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const streams = objectStreams(file);
  const objects = occurrences(file, '/Parent') + streams.reduce((sum, { count }) => sum + count, 0);
  if (objects < FEW_OBJECTS) return;
  const parents: Parents = new Map();
  readObjects(file.toString('latin1'), parents);
  let left = MOST_INFLATED;
  for (const { first, data } of streams) {
    const text = inflated(data, left);
    left -= text.length;
    readStream(first, text, parents);
  }
  if (hasLongChain(parents)) {
    const message = `The PDF has fields that stand more than ${MOST_PARENTS} deep in each other.`;
    throw new UnconvertibleDocumentError('too-large', message);
  }
}

function occurrences(file: Buffer, word: string): number {
  let count = 0;
  for (let at = file.indexOf(word); at !== -1 && count < FEW_OBJECTS; at = file.indexOf(word, at + 1)) count++;
  return count;
}

function readObjects(text: string, parents: Parents): void {
  let object = 0;
  for (const [, number, parent] of text.matchAll(OBJECT_OR_PARENT)) {
    if (number !== undefined) object = Number(number);
    else add(parents, object, Number(parent));
  }
}

/** Several objects behind their numbers and places (PDF 32000-1, 7.5.7). */
interface ObjectStream {
  readonly count: number;
  readonly first: number;
  readonly data: Uint8Array;
}

function objectStreams(file: Buffer): ObjectStream[] {
  const streams: ObjectStream[] = [];
  let end = 0;
  for (let at = file.indexOf('/ObjStm'); at !== -1 && end !== -1; at = file.indexOf('/ObjStm', Math.max(end, at + 1))) {
    const around = file.subarray(Math.max(0, at - LONGEST_DICTIONARY), at + LONGEST_DICTIONARY);
    const type = Math.min(at, LONGEST_DICTIONARY);
    const start = around.indexOf('stream', type);
    if (start === -1) continue;
    const dictionary = around.toString('latin1', Math.max(0, around.lastIndexOf('obj', type)), start);
    const [count = 0, first = 0] = ['N', 'First'].map((key) =>
      Number(dictionary.match(new RegExp(`/${key}\\s+(\\d{1,10})`))?.[1] ?? 0),
    );
    const from = around.byteOffset - file.byteOffset + start + (around[start + 6] === 0x0d ? 8 : 7);
    end = file.indexOf('endstream', from);
    streams.push({ count, first, data: file.subarray(from, end === -1 ? file.length : end) });
  }
  return streams;
}

function inflated(data: Uint8Array, mostBytes: number): string {
  try {
    const options = { maxOutputLength: Math.max(1, mostBytes), finishFlush: constants.Z_SYNC_FLUSH };
    return inflateSync(data, options).toString('latin1');
  } catch {
    return '';
  }
}

function readStream(first: number, text: string, parents: Parents): void {
  const numbers = text.slice(0, first).trim().split(/\s+/).map(Number);
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const object = text.slice(first + (numbers[i + 1] ?? 0), first + (numbers[i + 3] ?? text.length));
    for (const [, parent] of object.matchAll(PARENT)) add(parents, numbers[i] ?? 0, Number(parent));
  }
}

function add(parents: Parents, object: number, parent: number): void {
  const known = parents.get(object);
  if (known === undefined) parents.set(object, [parent]);
  else if (!known.includes(parent) && known.length < MOST_PARENTS) known.push(parent);
}

/** Looks from each object no further up than a chain may be long; those that are known to be short are not followed again. */
function hasLongChain(parents: Parents): boolean {
  const heights = new Map<number, number>();
  for (const start of parents.keys()) {
    const path = [start];
    while (path.length > 0) {
      const object = path.at(-1) as number;
      const above = parents.get(object) ?? [];
      const next = above.find((parent) => !heights.has(parent) && !path.includes(parent));
      if (next !== undefined) path.push(next);
      else {
        const height = 1 + Math.max(0, ...above.map((parent) => heights.get(parent) ?? 0));
        if (height > MOST_PARENTS) return true;
        heights.set(object, height);
        path.pop();
      }
      if (path.length > MOST_PARENTS + 1) return true;
    }
  }
  return false;
}
