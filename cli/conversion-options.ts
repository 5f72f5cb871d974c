import { type DocumentTask, methodSchema, ocrSchema } from '../handler/document-task.ts';
import { type Command, oneOf, type ParsedCommand } from './command-line.ts';

/** Options of the commands that hand documents in: how they are to be converted. */
export const CONVERSION_OPTIONS = {
  method: { type: 'string', value: 'METHOD', help: 'who converts: auto, local or docling (default: auto)' },
  ocr: { type: 'string', value: 'MODE', help: 'whether text in pictures is read: auto, force or skip (default: auto)' },
} as const satisfies Command['options'];

/** @throws UsageError for a value that there is not */
export function conversionOptions({ options }: ParsedCommand): Pick<DocumentTask, 'method' | 'ocr'> {
  return {
    method: oneOf(methodSchema.options, '--method', options.method ?? 'auto'),
    ocr: oneOf(ocrSchema.options, '--ocr', options.ocr ?? 'auto'),
  };
}
