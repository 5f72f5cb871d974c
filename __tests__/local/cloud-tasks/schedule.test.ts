import fc from 'fast-check';
import { Schedule, type Scheduled } from '../../../local/cloud-tasks/schedule.ts';

function entry(scheduleTime: number, sequence: number): Scheduled {
  return { scheduleTime, sequence, schedulePosition: -1 };
}

function drain(schedule: Schedule<Scheduled>): Scheduled[] {
  const entries: Scheduled[] = [];
  for (let next = schedule.peek(); next; next = schedule.peek()) {
    schedule.remove(next);
    entries.push(next);
  }
  return entries;
}

test('is empty at first', () => {
  expect(new Schedule().peek()).toBeUndefined();
});

test('refuses an entry that is in', () => {
  const schedule = new Schedule();
  const twice = entry(1, 7);
  schedule.add(twice);
  expect(() => schedule.add(twice)).toThrow('Already scheduled: entry 7.');
});

test('removing an entry that is out does nothing', () => {
  const schedule = new Schedule();
  schedule.add(entry(1, 0));
  schedule.remove(entry(1, 1));
  expect(schedule.size).toBe(1);
});

test('gives any entries in order of time, then sequence, also after removals from the middle', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean()), { maxLength: 200 }), (items) => {
      const schedule = new Schedule<Scheduled>();
      const entries = items.map(([time, removed], sequence) => ({ ...entry(time, sequence), removed }));
      for (const item of entries) schedule.add(item);
      for (const item of entries.filter(({ removed }) => removed)) schedule.remove(item);
      const left = entries.filter(({ removed }) => !removed);
      left.sort((a, b) => a.scheduleTime - b.scheduleTime || a.sequence - b.sequence);
      expect(drain(schedule).map(({ sequence }) => sequence)).toEqual(left.map(({ sequence }) => sequence));
      expect(entries.every(({ schedulePosition }) => schedulePosition === -1)).toBe(true);
    }),
  );
});
