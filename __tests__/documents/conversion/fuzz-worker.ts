/** Converts whatever it is sent, one after the other, so that the test can end a conversion that hangs. */
import { parentPort } from 'node:worker_threads';
import { convertByType } from '../../../documents/conversion/convert-by-type.ts';
import { UnconvertibleDocumentError } from '../../../documents/conversion/converter.ts';
import { DEFAULT_LIMITS } from '../../../documents/conversion/limits.ts';

parentPort?.on('message', async ({ bytes, filename }: { bytes: Uint8Array; filename: string }) => {
  const outcome = await convertByType({ bytes, filename }, 'auto', DEFAULT_LIMITS).then(
    ({ markdown, characters }) => (markdown.length === characters ? 'converted' : 'miscounted'),
    (error: unknown) => (error instanceof UnconvertibleDocumentError ? error.reason : `crashed: ${error}`),
  );
  parentPort?.postMessage(outcome);
});
