import { z } from 'zod';
import { type TerraformResource, TerraformStackError } from './terraform-stack.ts';

/** Seconds in Terraform's notation, `595s`, as a number. */
export const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?s$/)
  .transform((text) => Number.parseFloat(text));
/** A block that may occur once: an object, or a list of one. */
export const block = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value[0] : value), schema);
/** A block that may occur several times: a list, or one object. */
export const blocks = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(schema).default([]));

/**
 * A resource's configuration as a schema reads it.
 *
 * @throws TerraformStackError naming the resource and what is wrong with it
 */
export function parseResource<T extends z.ZodType>(schema: T, { address, config }: TerraformResource): z.infer<T> {
  const result = schema.safeParse(config);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new TerraformStackError(
    `The local Google cannot read ${address}: ${issue?.path.join('.')}: ${issue?.message}.`,
  );
}
