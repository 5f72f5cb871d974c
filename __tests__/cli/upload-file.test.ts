import path from 'node:path';
import { uploadFile } from '../../cli/upload-file.ts';
import { MemoryObjectStore } from '../../simulation/memory-object-store.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

test('a file is uploaded under the prefix that uploads have, by its content and name', async () => {
  const store = new MemoryObjectStore(new VirtualClock(), ['documents']);
  const { signal } = new AbortController();
  const file = path.join(import.meta.dirname, '../../LICENSE');
  const upload = () => uploadFile(file, { store, bucket: 'documents', prefix: 'inbox/', signal });
  const { sourceUri, isNew } = await upload();
  expect(sourceUri).toMatch(/^gs:\/\/documents\/inbox\/[0-9a-f]{32}\/LICENSE$/);
  expect(isNew).toBe(true);
  expect(await upload()).toEqual({ sourceUri, isNew: false });
});
