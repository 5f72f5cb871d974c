import { Option } from 'commander';
import { type DocumentTask, methodSchema, ocrSchema } from '../state/document-task.ts';
import { oneOf } from './option-values.ts';

/** How documents that are handed in are to be converted. */
export type ConversionOptions = Pick<DocumentTask, 'method' | 'ocr'>;

export const methodOption = new Option('--method <METHOD>', 'who converts: auto, local or docling')
  .argParser(oneOf('--method', methodSchema.options))
  .default('auto', 'auto');

export const ocrOption = new Option('--ocr <MODE>', 'whether text in pictures is read: auto, force or skip')
  .argParser(oneOf('--ocr', ocrSchema.options))
  .default('auto', 'auto');
