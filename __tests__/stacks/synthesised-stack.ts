import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { App, TerraformStack, Testing } from 'cdktf';
import type { Construct } from 'constructs';
import type { DocumentProcessingStackProps } from '../../stacks/document-processing-props.ts';
import { DocumentProcessingStack } from '../../stacks/document-processing-stack.ts';
import { problemsOf } from '../../stacks/validation.ts';

const folder = mkdtempSync(join(tmpdir(), 'stacks-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A bundle that no test runs; its content, and so its name, is always the same. */
export const bundlePath = join(folder, 'handler.mjs');
writeFileSync(bundlePath, "console.log('handler');\n");

/** A file beside the bundle. */
export function fixture(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

// biome-ignore lint/suspicious/noExplicitAny: Terraform's JSON, looked at by each test as far as it matters there
export type Block = Record<string, any>;

/** What Terraform would read. */
export interface TerraformJson {
  readonly resource: Record<string, Record<string, Block>>;
  readonly data: Record<string, Record<string, Block>>;
  readonly provider: Record<string, Block[]>;
  readonly variable?: Record<string, Block>;
  readonly output?: Record<string, Block>;
  readonly moved?: readonly { readonly from: string; readonly to: string }[];
}

/** The whole stack as the text that Terraform reads; throws when a check does not hold. */
export function stackText(props: DocumentProcessingStackProps = {}): string {
  return Testing.synth(newStack(props), true);
}

const synthesised = new Map<string, string>();

/** The whole stack as Terraform reads it, synthesised once for the same props; throws when a check does not hold. */
export function stackJson(props: DocumentProcessingStackProps = {}): TerraformJson {
  // These name files, whose content can change.
  if (props.extraction || props.bundlePath) return JSON.parse(stackText(props));
  const key = JSON.stringify(props);
  const text = synthesised.get(key) ?? stackText(props);
  synthesised.set(key, text);
  return JSON.parse(text);
}

/** What the stack's checks say. */
export function stackProblems(props: DocumentProcessingStackProps): string[] {
  return problemsOf(newStack(props));
}

/** A stack of only what `build` adds, as Terraform reads it; throws when a check does not hold. */
export function jsonOf(build: (scope: Construct) => void): TerraformJson {
  return JSON.parse(Testing.synth(stackOf(build), true));
}

/** What the checks of only what `build` adds say. */
export function problemsIn(build: (scope: Construct) => void): string[] {
  return problemsOf(stackOf(build));
}

/** The only resource of its type. */
export function only(json: TerraformJson, type: string): Block {
  const [resource, ...others] = Object.values(json.resource[type] ?? {});
  if (resource === undefined || others.length > 0) throw new Error(`There are ${others.length} other ${type}.`);
  return resource;
}

/** Every resource of Google's with its address, `type.id`. */
export function resources(json: TerraformJson): { type: string; address: string; block: Block }[] {
  return Object.entries(json.resource)
    .filter(([type]) => type.startsWith('google_'))
    .flatMap(([type, ofType]) =>
      Object.entries(ofType).map(([id, block]) => ({ type, address: `${type}.${id}`, block })),
    );
}

function stackOf(build: (scope: Construct) => void): TerraformStack {
  const stack = new TerraformStack(new App({ outdir: join(folder, 'out') }), 'test');
  new GoogleProvider(stack, 'google');
  build(stack);
  return stack;
}

function newStack(props: DocumentProcessingStackProps): DocumentProcessingStack {
  const app = new App({ outdir: join(folder, 'out') });
  return new DocumentProcessingStack(app, 'document-processing-test', { bundlePath, ...props });
}
