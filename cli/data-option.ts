import { Option } from 'commander';
import { FolderInUseError } from '../local/folder-lock.ts';
import { UsageError } from './command-line.ts';
import { filePath } from './option-values.ts';

/** `--data DIR` of the commands that can keep what is in them. @param what it keeps */
export function dataOption(what: string): Option {
  const option = new Option('--data <DIR>', `folder that keeps ${what} across restarts (default: in memory)`);
  return option.argParser(filePath('--data'));
}

/** A UsageError where the folder is none that can be written, or another process has it; else the error itself, which says what is wrong with it. */
export function dataProblem(error: unknown, data: string | undefined): unknown {
  if (error instanceof FolderInUseError) return new UsageError(error.message);
  const { code, path } = error as NodeJS.ErrnoException;
  if (data === undefined || code === undefined || path === undefined) return error;
  return new UsageError(`--data must be a folder that can be written; received '${data}' (${code}): choose another.`);
}
