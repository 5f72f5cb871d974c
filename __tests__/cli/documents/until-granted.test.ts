import { untilGranted } from '../../../cli/documents/until-granted.ts';
import { StorageError } from '../../../google/object-store.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const refused = () => new StorageError(403, 'Cloud Storage answered 403');
const refusedByTasks = () => Object.assign(new Error('7 PERMISSION_DENIED'), { code: 7 });

/** Work that fails with each of the errors, then succeeds; on a clock that moves on while it waits. */
async function tried(errors: readonly Error[], { canRepeat = true, signal = new AbortController().signal } = {}) {
  const clock = new VirtualClock();
  const begun = clock.now();
  const notes: string[] = [];
  const left = [...errors];
  const done = untilGranted(
    async () => {
      const error = left.shift();
      if (error) throw error;
      return 'done';
    },
    { clock, signal, note: (line) => notes.push(line), canRepeat: () => canRepeat },
  );
  const ended = done.then(
    (value) => ({ value }),
    (error: Error) => ({ error: error.message }),
  );
  const end = await Promise.race([ended, clock.advance(600_000).then(() => ended)]);
  return { end, notes, tries: errors.length - left.length, seconds: (clock.now() - begun) / 1000 };
}

test('what is granted is done at once, without a word', async () => {
  expect(await tried([])).toMatchObject({ end: { value: 'done' }, notes: [] });
});

test('what is refused is tried again, by Cloud Storage and Cloud Tasks, and said once', async () => {
  expect(await tried([refused(), refusedByTasks(), refused()])).toMatchObject({
    end: { value: 'done' },
    tries: 3,
    notes: [
      'Google refuses (Cloud Storage answered 403). After a deployment grants need some minutes to spread: trying again for 3 minutes.',
    ],
  });
});

test('what stays refused for three minutes is the last refusal', async () => {
  const { end, tries } = await tried(Array.from({ length: 100 }, refused));
  expect(end).toEqual({ error: 'Cloud Storage answered 403' });
  // At once, and then every ten seconds.
  expect(tries).toBe(19);
});

test('nothing is done twice once something was told, and no other failure is waited for', async () => {
  const once = { tries: 1, notes: [] };
  expect(await tried([refused()], { canRepeat: false })).toMatchObject(once);
  expect(await tried([new StorageError(500, 'broken')])).toMatchObject({ ...once, end: { error: 'broken' } });
});

test('Ctrl-C ends the wait', async () => {
  const interrupted = new AbortController();
  interrupted.abort(new Error('Interrupted.'));
  const { end } = await tried([refused()], { signal: interrupted.signal });
  expect(end).toEqual({ error: 'Interrupted.' });
});
