import { readFileSync, statSync } from 'node:fs';
import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { parseFieldSchema } from '../../documents/extraction/field-schema.ts';
import { MODEL_LOCATION, MODEL_NAME } from '../../documents/extraction/vertex-model.ts';
import type { SettingName } from '../../handler/setting-names.ts';
import type { Check } from '../checks.ts';
import { addChecks } from '../validation.ts';

/** What is extracted from each document, by which model. */
export interface ExtractionProps {
  /** File with the JSON Schema of the fields, absolute or from the working folder. */
  readonly schemaFile: string;
  /** Name of a Gemini model. Not a default: names retire about once a year. */
  readonly model: string;
  /** Where the model answers: a region, `us`, `eu` or `global`. @default the region of everything */
  readonly location?: string;
  /**
   * What the model reads of a PDF: `text`, its Markdown, or `pdf`, the PDF itself (at most 50 MB and 900 pages; the documents
   * bucket must then be of the same project). @default 'text'
   */
  readonly input?: string;
  /** USD for a million tokens of input, for the estimate of the cost in each result. */
  readonly inputPrice: number;
  /** USD for a million tokens of output, likewise. */
  readonly outputPrice: number;
}

interface ExtractionIdentity {
  readonly projectId: string;
  /** Who calls the model: the identity that the handler runs as. */
  readonly member: string;
}

/**
 * Extraction of fields by a model on Vertex AI: the handler's settings for it, and the grant to call models.
 *
 * The grant is the one of the whole stack that is on the project. It cannot be narrower: a model of Google's is no resource of
 * the project's, so that there is no policy on it to grant in, and Vertex AI is not among the services whose resources a
 * condition can name (IAM: "Attribute reference for IAM Conditions", resource attributes). A role of one's own with
 * `aiplatform.endpoints.predict` alone would be; but whoever deploys would have to be allowed to make roles, and from 7 to
 * 37 days after a destroy its name could not be used again.
 */
export class FieldExtraction extends Construct {
  readonly settings: Partial<Record<SettingName, string>>;
  /** What the service waits for: without it every extraction is refused. */
  readonly grant: ITerraformDependable;

  constructor(scope: Construct, id: string, props: ExtractionProps & ExtractionIdentity) {
    super(scope, id);
    const { schema, problem } = readSchema(props.schemaFile);
    addChecks(this, extractionChecks(props, problem));
    this.settings = {
      EXTRACTION_SCHEMA: literal(schema),
      EXTRACTION_MODEL: props.model,
      ...(props.location !== undefined && { EXTRACTION_LOCATION: props.location }),
      EXTRACTION_INPUT: props.input ?? 'text',
      EXTRACTION_INPUT_PRICE: String(props.inputPrice),
      EXTRACTION_OUTPUT_PRICE: String(props.outputPrice),
    };
    this.grant = new ProjectIamMember(this, 'model-user', {
      project: props.projectId,
      role: 'roles/aiplatform.user',
      member: props.member,
    });
  }
}

/** Of the file, white space included: far more than the schema itself may have. */
const MAX_FILE_BYTES = 1024 * 1024;

/** The schema without its white space, which would count against the limit; empty where it cannot be used. */
function readSchema(file: string): { schema: string; problem?: string } {
  try {
    const stats = statSync(file);
    if (!stats.isFile()) return { schema: '', problem: 'is no file: name one with a JSON Schema' };
    if (stats.size > MAX_FILE_BYTES) {
      return { schema: '', problem: `has ${stats.size} bytes, which is no schema of fields: shorten it` };
    }
    const schema = minified(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)));
    parseFieldSchema(schema);
    return { schema };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { schema: '', problem: 'is not UTF-8: save it as such' };
    return {
      schema: '',
      problem: code === undefined ? message : `cannot be read (${code}): name a file that is there`,
    };
  }
}

/** JSON without white space; what is not JSON stays as it is, to be refused as such. */
function minified(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** Text that Terraform takes as it is, and not for a template of its own. */
function literal(text: string): string {
  return text.replaceAll(/[$%]\{/g, (opening) => opening[0] + opening);
}

/** Of each, the variable in its message: that is what most people set, and what the handler will be given. */
function extractionChecks({ schemaFile, ...props }: ExtractionProps, schemaProblem: string | undefined): Check[] {
  const { model, location, input } = props;
  const prices = { EXTRACTION_INPUT_PRICE: props.inputPrice, EXTRACTION_OUTPUT_PRICE: props.outputPrice };
  return [
    {
      values: [schemaFile],
      condition: schemaProblem === undefined,
      message: `EXTRACTION_SCHEMA_FILE, '${schemaFile}', ${schemaProblem}.`,
    },
    {
      values: [model],
      condition: MODEL_NAME.test(model),
      message: `EXTRACTION_MODEL is a Gemini model without its publisher, such as 'gemini-3-flash'; received '${model}': look its name up in Vertex AI's list.`,
    },
    {
      values: [location],
      condition: location === undefined || MODEL_LOCATION.test(location),
      message: `EXTRACTION_LOCATION is where the model answers, a region, 'us', 'eu' or 'global'; received '${location}': choose one of these.`,
    },
    {
      values: [input],
      condition: input === undefined || input === 'text' || input === 'pdf',
      message: `EXTRACTION_INPUT is what the model reads of a PDF, its 'text' or the 'pdf' itself; received '${input}': choose one of the two.`,
    },
    ...Object.entries(prices).map(([name, price]) => ({
      values: [price],
      condition: price >= 0 && price < 1e6,
      message: `${name} is in USD for a million tokens; received ${price}: look it up in the model's price list.`,
    })),
  ];
}
