import { CloudStorage } from '../google/cloud-storage.ts';
import type { LocalGoogle } from '../local/local-google.ts';
import { systemClock } from '../time/clock.ts';
import { DocumentService } from './document-service.ts';
import { CALLER } from './synthesise.ts';

/**
 * What hands documents in to a local Google and fetches what they became: its storage as the owner, its service as a caller.
 *
 * @param email who calls the service. @default the caller that {@link CALLER} names
 */
export function localClients(google: LocalGoogle, email = CALLER) {
  const { environment, outputs, frontDoorUrl, serviceUrl: audience } = google;
  return {
    storage: new CloudStorage({
      clock: systemClock,
      random: Math.random,
      accessToken: async () => google.ownerToken(),
      baseUrl: environment.STORAGE_EMULATOR_HOST,
    }),
    documentsBucket: String(outputs.documents_bucket),
    resultsBucket: String(outputs.results_bucket),
    service: new DocumentService(frontDoorUrl, () => google.idToken({ email, audience })),
  };
}
