import { Option } from 'commander';
import { type DocumentTask, methodSchema, ocrSchema } from '../state/document-task.ts';
import { oneOf } from './option-values.ts';

/** How documents that are handed in are to be converted. What is left out is as each object says itself, else auto. */
export type ConversionOptions = { readonly [Name in 'method' | 'ocr']?: DocumentTask[Name] | undefined };

export const methodOption = new Option('--method <METHOD>', 'who converts: auto, local or docling').argParser(
  oneOf('--method', methodSchema.options),
);

export const ocrOption = new Option('--ocr <MODE>', 'whether text in pictures is read: auto, force or skip').argParser(
  oneOf('--ocr', ocrSchema.options),
);
