import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { newLaunchToken } from '../console/server/session.ts';

/** The launch token of the run before in a folder of data: whoever may read that may have it, and a page stays open across restarts. */
export async function keptToken(data: string): Promise<string> {
  const file = path.join(data, 'console-token');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept.length >= 32) return kept;
  const token = newLaunchToken();
  await writeFile(file, token, { mode: 0o600 });
  return token;
}
