import type { Action } from '../../console/actions.ts';
import { Changes } from '../../console/changes.ts';
import type { About, Address, RefusedActionError, Shown } from '../../console/shown.ts';
import type { View } from '../../console/views.ts';

const ABOUT: About = {
  name: 'stack',
  project: 'project',
  kind: 'local',
  places: ['faults'],
  canChange: true,
  takesFiles: true,
};

/** Something to be shown whose view a test sets, and whose actions it reads. */
export class ShownInMemory implements Shown {
  readonly about: About;
  readonly actions: Action[] = [];
  readonly files: [name: string, text: string][] = [];
  /** What actions are refused with. */
  refusal: RefusedActionError | undefined;
  /** How many listen. */
  listeners = 0;
  view: View = { kind: 'faults', planned: [], happened: [], pids: [] };
  readonly #changes = new Changes();

  constructor(about: Partial<About> = {}) {
    this.about = { ...ABOUT, ...about };
  }

  at({ place }: Address): View | undefined {
    return place === 'faults' ? this.view : undefined;
  }

  onChange(listener: () => void): () => void {
    this.listeners++;
    const stop = this.#changes.listen(listener);
    return () => {
      this.listeners--;
      stop();
    };
  }

  show(...planned: string[]): void {
    this.view = { kind: 'faults', planned, happened: [], pids: [] };
    this.#changes.notify();
  }

  async act(action: Action) {
    if (this.refusal) throw this.refusal;
    this.actions.push(action);
    return { said: 'Done.' };
  }

  async take(filename: string, bytes: Uint8Array) {
    this.files.push([filename, Buffer.from(bytes).toString()]);
    return { said: 'Taken.' };
  }

  async content(documentId: string) {
    return documentId === 'known' ? { filename: 'a.md', bytes: Buffer.from('# Title') } : undefined;
  }
}
