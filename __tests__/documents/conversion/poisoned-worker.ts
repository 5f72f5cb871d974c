/** The conversion's thread, with a document's worst: it does what the text of a document says while that one is converted. */
import { parentPort } from 'node:worker_threads';
import type { WorkerTask } from '../../../documents/conversion/worker.ts';

export type Poison = 'prototype' | 'method' | 'global' | 'timer' | 'memory' | 'buffers' | 'exit' | 'error';

const kept: unknown[] = [];

const POISONS: Readonly<Record<Poison, () => void>> = {
  prototype: () => Object.assign(Object.prototype, { title: 'from another document' }),
  method: () => {
    String.prototype.trim = () => 'from another document';
  },
  global: () => Object.assign(globalThis, { left: 'by a document' }),
  timer: () => kept.push(setInterval(() => {}, 1000)),
  memory: () => kept.push(new Array(14_000_000).fill(null)),
  buffers: () => kept.push(Buffer.alloc(150 * 2 ** 20, 1)),
  exit: () => process.exit(3),
  error: () => {
    throw new Error('broken');
  },
};

parentPort?.on('message', ({ source }: WorkerTask) => {
  const text = Buffer.from(source.bytes).toString();
  if (Object.hasOwn(POISONS, text)) POISONS[text as Poison]();
});

await import('../../../documents/conversion/worker.ts');
