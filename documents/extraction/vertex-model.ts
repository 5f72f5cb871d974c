/** How models of Google on Vertex AI are named and where they answer. A pure contract with `stacks/`. */

/** Name of a Gemini model, without its publisher: it becomes part of a path of Google's own models, which others are not among. */
export const MODEL_NAME = /^gemini-[a-z0-9.@_-]{1,90}$/;

/** A region, a multi-region, or wherever there is room. */
export const MODEL_LOCATION = /^(global|us|eu|[a-z]+-[a-z]+[0-9]+)$/;

/** Where Vertex AI answers for a location (reference: "Locations", global and multi-regional endpoints). */
export function vertexUrl(location: string): string {
  if (location === 'global') return 'https://aiplatform.googleapis.com';
  if (location === 'us' || location === 'eu') return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}
