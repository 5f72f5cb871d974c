/** What a {@link Schedule} keeps in order. The two marked fields belong to it while the entry is in. */
export interface Scheduled {
  /** When the entry is due, in milliseconds since the epoch. Changed only while it is out. */
  scheduleTime: number;
  /** Breaks ties: lower first. */
  readonly sequence: number;
  /** Where the entry stands; -1 while it is out. */
  schedulePosition: number;
}

/** Entries by time: a binary heap that can also take out an entry from its middle, so that a deleted task is gone at once. */
export class Schedule<Entry extends Scheduled> {
  readonly #heap: Entry[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** The entry that is due first. */
  peek(): Entry | undefined {
    return this.#heap[0];
  }

  add(entry: Entry): void {
    if (entry.schedulePosition !== -1) throw new Error(`Already scheduled: entry ${entry.sequence}.`);
    this.#heap.push(entry);
    this.#rise(entry, this.#heap.length - 1);
  }

  /** Takes an entry out; does nothing for one that is out. */
  remove(entry: Entry): void {
    const position = entry.schedulePosition;
    if (position === -1) return;
    entry.schedulePosition = -1;
    const last = this.#heap.pop() as Entry;
    if (last === entry) return;
    this.#rise(last, position);
    this.#sink(last, last.schedulePosition);
  }

  clear(): void {
    for (const entry of this.#heap) entry.schedulePosition = -1;
    this.#heap.length = 0;
  }

  #rise(entry: Entry, from: number): void {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = this.#heap[above] as Entry;
      if (!isBefore(entry, parent)) break;
      this.#place(parent, position);
      position = above;
    }
    this.#place(entry, position);
  }

  #sink(entry: Entry, from: number): void {
    const size = this.#heap.length;
    let position = from;
    for (let child = 2 * position + 1; child < size; child = 2 * position + 1) {
      const right = this.#heap[child + 1];
      if (right && isBefore(right, this.#heap[child] as Entry)) child += 1;
      const first = this.#heap[child] as Entry;
      if (!isBefore(first, entry)) break;
      this.#place(first, position);
      position = child;
    }
    this.#place(entry, position);
  }

  #place(entry: Entry, position: number): void {
    this.#heap[position] = entry;
    entry.schedulePosition = position;
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.scheduleTime < b.scheduleTime || (a.scheduleTime === b.scheduleTime && a.sequence < b.sequence);
}
