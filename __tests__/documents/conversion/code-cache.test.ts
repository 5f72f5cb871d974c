import { Script } from 'node:vm';
import { newCodeCache } from '../../../documents/conversion/code-cache.ts';

const CODE = '(() => { function twice(x) { return 2 * x; } return twice(21); })()';

afterEach(() => {
  globalThis.packedScripts = undefined;
});

test('what one thread compiled, another takes over', () => {
  const script = new Script(CODE);
  script.runInThisContext();
  globalThis.packedScripts = new Map([['twice', script]]);
  const cachedData = newCodeCache(undefined)?.get('twice');
  expect(cachedData?.buffer).toBeInstanceOf(SharedArrayBuffer);
  const again = new Script(CODE, { cachedData: cachedData as Uint8Array });
  expect([again.cachedDataRejected, again.runInThisContext()]).toEqual([false, 42]);
});

test('nothing is cached twice, and unbundled nothing at all', () => {
  expect(newCodeCache(undefined)).toBeUndefined();
  globalThis.packedScripts = new Map([['known', new Script('1')]]);
  expect(newCodeCache(new Map([['known', new Uint8Array()]]))).toBeUndefined();
});
