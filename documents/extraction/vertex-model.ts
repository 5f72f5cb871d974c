import type { FieldSchema } from './field-schema.ts';

/** What is extracted by which model on Vertex AI, as a deployment chose it. `stacks/` and the handler read it by the rules below. */
export interface ExtractionSettings {
  readonly schema: FieldSchema;
  /** Name of the model: configuration, as names retire about once a year. */
  readonly model: string;
  /** Where the model answers: a region, `us`, `eu` or `global`. */
  readonly location: string;
  /** What the model reads of a PDF: its Markdown, or the PDF itself. */
  readonly input: 'text' | 'pdf';
  /** USD for a million tokens of requests. */
  readonly inputPrice: number;
  /** USD for a million tokens of answers. */
  readonly outputPrice: number;
}

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
