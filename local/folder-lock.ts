import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';

/** Another process that runs has the folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';

  constructor(folder: string, holder: string) {
    super(`${holder} uses ${folder} already: end it, or choose another folder.`);
  }
}

/**
 * Keeps a folder to one process, by a lock of the operating system: of any number of processes exactly one gets it, and however that
 * ends, it is free again at once.
 */
export class FolderLock {
  readonly #file: string;
  readonly #letGo: () => void;

  /**
   * @param folder exists
   * @param file what tells others who has it
   * @throws FolderInUseError when a process that runs has the folder
   */
  constructor(folder: string, file: string) {
    const letGo = process.platform === 'darwin' ? lockFile(file) : holdName(`${idOf(folder)}-${basename(file)}`);
    if (letGo === undefined) throw new FolderInUseError(folder, holderIn(file));
    this.#file = file;
    this.#letGo = letGo;
    try {
      writeFileSync(file, String(process.pid));
    } catch (error) {
      letGo();
      throw error;
    }
  }

  release(): void {
    rmSync(this.#file, { force: true });
    this.#letGo();
  }
}

/** The same for every path that leads to the folder. */
function idOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `folder-lock-${dev}-${ino}`;
}

/**
 * Takes a name among those of sockets that are no files: Linux's abstract ones, Windows' pipes. Nobody else can listen on it before this
 * process has ended.
 *
 * @returns what gives it back; undefined where another process has it
 */
function holdName(name: string): (() => void) | undefined {
  const server = createServer((socket) => socket.destroy());
  // Whether a name is taken is known within the call: the event only repeats it.
  server.on('error', () => {});
  server.listen({ path: process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`, exclusive: true });
  if (!server.listening) return undefined;
  server.unref();
  return () => server.close();
}

/** What `open` of macOS takes beside the flags that Node names: lock, and do not wait for it. */
const O_EXLOCK_NONBLOCK = 0x20 | 0x4;
const O_RDWR_CREAT = 0x2 | 0x200;

/** Locks a file where sockets without one do not exist. @returns as {@link holdName} */
function lockFile(file: string): (() => void) | undefined {
  try {
    const descriptor = openSync(file, O_RDWR_CREAT | O_EXLOCK_NONBLOCK);
    return () => closeSync(descriptor);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

function holderIn(file: string): string {
  try {
    return `Process ${readFileSync(file, 'utf8')}`;
  } catch {
    return 'Another process';
  }
}
