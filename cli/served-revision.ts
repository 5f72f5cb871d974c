import * as z from 'zod';

const serviceSchema = z.object({
  name: z.string(),
  reconciling: z.boolean().optional(),
  latestCreatedRevision: z.string().optional(),
  latestReadyRevision: z.string().optional(),
  terminalCondition: z.object({ state: z.string().optional(), message: z.string().optional() }).optional(),
  traffic: z.array(z.object({ type: z.string().optional(), revision: z.string().optional() })).optional(),
});

interface ServedRevision {
  readonly serves: boolean;
  /** Says it in a line. */
  readonly line: string;
}

/**
 * Whether what was deployed last is what serves.
 *
 * @param service as Cloud Run's API v2 shows it (`projects.locations.services.get`)
 * @throws ZodError when it is no service
 */
export function servedRevision(service: unknown): ServedRevision {
  const { reconciling, terminalCondition, traffic = [], ...rest } = serviceSchema.parse(service);
  const [name, created, ready] = [rest.name, rest.latestCreatedRevision, rest.latestReadyRevision].map(shortName);
  const still = ready ? `${ready} goes on serving` : 'no revision serves';
  const no = (line: string) => ({ serves: false, line });
  if (reconciling) return no(`${name} is still being changed, and ${still}: ask again in a minute.`);
  if (!created || created !== ready || terminalCondition?.state === 'CONDITION_FAILED') {
    const reason = terminalCondition?.message ?? 'Cloud Run gives no reason';
    return no(`${name} does not serve what was deployed last, ${created || 'no revision'} (${reason}); ${still}.`);
  }
  const fixed = traffic.find(({ type, revision }) => revision && type === 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION');
  if (fixed && shortName(fixed.revision) !== created) {
    return no(
      `${name} is ready with ${created}, but its traffic was sent to ${shortName(fixed.revision)} by hand: deploy again.`,
    );
  }
  return { serves: true, line: `${name} serves what was deployed last, ${created}.` };
}

function shortName(name: string | undefined): string {
  return name?.split('/').at(-1) ?? '';
}
