/** What docling-serve answers, as far as it is of use here. What else it says is ignored. */
import * as z from 'zod';

/** Answer of `GET /version`: among others docling-serve's own. It becomes part of each result, so nothing else than a version does. */
export const versionSchema = z.object({
  'docling-serve': z
    .string()
    .regex(/^[\w.+-]{1,64}$/)
    .optional()
    .catch(undefined),
});

/** What went wrong, on a page or in the whole document (docling: `ErrorItem`). */
const errorSchema = z.object({
  error_message: z.string(),
  component_type: z.string().default('unknown'),
  /** Since docling 2.107: policy, backend_failure, timeout… */
  category: z.string().default('unknown'),
  page_no: z.number().nullish(),
});

/** A text, a table, a picture…, as far as it says where it stands (docling-core: `DocItem`). */
const itemSchema = z.object({
  /** Headers and footers of pages are `furniture`, and not part of the Markdown. */
  content_layer: z.string().default('body'),
  label: z.string().default(''),
  text: z.string().default(''),
  prov: z.array(z.object({ page_no: z.number() })).default([]),
});

/** docling's own description of a document (docling-core: `DoclingDocument`). */
const documentSchema = z.object({
  /** By page number. Empty for what has no fixed pages. */
  pages: z.record(z.string(), z.unknown()).default({}),
  texts: z.array(itemSchema).default([]),
  tables: z.array(itemSchema).default([]),
  pictures: z.array(itemSchema).default([]),
  key_value_items: z.array(itemSchema).default([]),
  form_items: z.array(itemSchema).default([]),
});

const convertedSchema = z.object({
  status: z.enum(['success', 'partial_success', 'failure', 'skipped']),
  document: z.object({ md_content: z.string().nullish(), json_content: documentSchema.nullish() }),
  errors: z.array(errorSchema).default([]),
});

const failureSchema = z.object({ message: z.string() });
/** Answer of `GET /v1/result/{id}`, for the target `inbody`. */
export const resultSchema = z.union([convertedSchema, z.object({ failure: failureSchema })]);

/** Answer of `POST /v1/convert/file/async` and `GET /v1/status/poll/{id}` (docling-serve: `TaskStatusResponse`). */
export const taskSchema = z.object({
  task_id: z.string().min(1),
  task_status: z.enum(['pending', 'started', 'success', 'partial_success', 'failure', 'skipped']),
  error_message: z.string().nullish(),
  failure: failureSchema.nullish(),
});

export type DoclingTask = z.output<typeof taskSchema>;
export type DoclingDocument = z.output<typeof documentSchema>;
export type DoclingError = z.output<typeof errorSchema>;
/** What became of a document (docling-serve: `ConvertDocumentResponse`). A failure of the document is an answer as well. */
export type DoclingResult = z.output<typeof convertedSchema>;
