import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { googleAttribute } from './google-attributes.ts';

/** A value of Terraform's JSON. */
export type TerraformValue = string | number | boolean | null | TerraformValue[] | { [key: string]: TerraformValue };

/** What Terraform would be told at `apply`. */
export interface StackContext {
  /** Folder of the JSON: what the paths in it are relative to. */
  readonly folder: string;
  /** Values of Terraform variables, before their defaults. */
  readonly variables: Readonly<Record<string, string>>;
  /** Number of the project, twelve digits. */
  readonly projectNumber: string;
}

/** One resource, with every reference in it resolved. */
export interface TerraformResource {
  /** `google_cloud_tasks_queue.queue` */
  readonly address: string;
  readonly type: string;
  /** Name within its type: stable from synth to synth. */
  readonly name: string;
  readonly config: { readonly [key: string]: TerraformValue };
}

/** The stack cannot be read: not there, not Terraform's JSON, or a reference that leads nowhere. */
export class TerraformStackError extends Error {
  override readonly name = 'TerraformStackError';
}

type Block = { [key: string]: TerraformValue };
type Blocks = { [type: string]: { [name: string]: Block } };
interface StackJson {
  readonly resource?: Blocks;
  readonly data?: Blocks;
  readonly variable?: { [name: string]: Block };
  readonly output?: { [name: string]: Block };
  readonly provider?: { [name: string]: Block[] };
}

/** A synthesised stack (`cdk.tf.json`), read as Terraform would read it once everything is deployed. */
export class TerraformStack {
  readonly folder: string;
  readonly projectNumber: string;
  readonly #json: StackJson;
  readonly #variables: Readonly<Record<string, string>>;
  /** References being resolved, to notice a circle. */
  readonly #open = new Set<string>();

  constructor(json: unknown, context: StackContext) {
    if (typeof json !== 'object' || json === null || !('resource' in json)) {
      throw new TerraformStackError(
        'A stack is Terraform JSON with a "resource" block; make one with "npx cdktf synth".',
      );
    }
    this.#json = json as StackJson;
    this.folder = context.folder;
    this.projectNumber = context.projectNumber;
    this.#variables = context.variables;
  }

  /** @throws TerraformStackError when the file cannot be read or is not a stack */
  static read(file: string, context: Omit<StackContext, 'folder'>): TerraformStack {
    let json: unknown;
    try {
      json = JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const what = code === 'ENOENT' ? 'is not there' : code ? `cannot be read (${code})` : 'is no JSON';
      throw new TerraformStackError(`The stack ${file} ${what}: make it with npx cdktf synth.`);
    }
    return new TerraformStack(json, { ...context, folder: dirname(file) });
  }

  /** Project that the provider works in. */
  get projectId(): string {
    return this.#providerSetting('project');
  }

  /** Region that resources without a location of their own are in. */
  get region(): string {
    return this.#providerSetting('region');
  }

  /** What Terraform would print after a deployment. */
  outputs(): { [name: string]: TerraformValue } {
    const outputs = Object.entries(this.#json.output ?? {});
    return Object.fromEntries(outputs.map(([name, { value }]) => [name, this.resolve(value ?? null)]));
  }

  /** All resources of a type, in the order of the file. */
  resources(type: string): TerraformResource[] {
    return Object.keys(this.#json.resource?.[type] ?? {}).map((name) => this.resource(type, name));
  }

  /** @throws TerraformStackError when the stack has no such resource */
  resource(type: string, name: string): TerraformResource {
    const address = `${type}.${name}`;
    const block = this.#json.resource?.[type]?.[name];
    if (block === undefined) throw new TerraformStackError(`The stack has no ${address}.`);
    const { '//': _comment, depends_on: _order, lifecycle: _lifecycle, ...config } = block;
    return { address, type, name, config: this.resolve(config) as Block };
  }

  /**
   * Replaces every `${…}` in a value, at any depth. A string that is one reference takes the value's own type.
   *
   * @throws TerraformStackError naming a reference that leads nowhere, or an expression that is more than a reference
   */
  resolve(value: TerraformValue): TerraformValue {
    if (typeof value === 'string') return this.#resolveString(value);
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolve(item)]));
  }

  #resolveString(text: string): TerraformValue {
    const whole = /^\$\{([^{}]*)\}$/.exec(text);
    if (whole?.[1] !== undefined) return this.#evaluate(whole[1]);
    // `$${` and `%%{` are Terraform's way to write a plain `${` and `%{`.
    return text.replace(/\$\$\{|%%\{|\$\{([^{}]*)\}|\$\{/g, (match, expression: string | undefined) => {
      if (match === '$${' || match === '%%{') return match.slice(1);
      const part = expression === undefined ? undefined : this.#evaluate(expression);
      if (part === undefined || (typeof part === 'object' && part !== null)) throw unknownReference(expression ?? text);
      return String(part);
    });
  }

  #evaluate(expression: string): TerraformValue {
    if (!/^[a-z]\w*(\.[\w-]+|\[\d+\])+$/i.test(expression)) throw unknownReference(expression);
    if (this.#open.has(expression)) {
      throw new TerraformStackError(
        `The reference "\${${expression}}" leads back to itself: ${[...this.#open].join(' -> ')}.`,
      );
    }
    this.#open.add(expression);
    try {
      const [root = '', ...path] = expression.split(/\.|\[(\d+)\]/).filter((part) => part !== undefined && part !== '');
      const value = root === 'var' ? this.#variable(path[0] as string) : this.#attribute(root, path);
      if (value === undefined) throw unknownReference(expression);
      return value;
    } finally {
      this.#open.delete(expression);
    }
  }

  #variable(name: string): TerraformValue | undefined {
    const declared = childOf(this.#json.variable, name) as Block | undefined;
    if (declared === undefined) return undefined;
    const value = this.#variables[name] ?? declared.default;
    if (value === undefined) {
      throw new TerraformStackError(`The stack's variable "${name}" has no default: give it a value.`);
    }
    return value;
  }

  /** What was configured comes first, then what Google would have computed. */
  #attribute(root: string, path: string[]): TerraformValue | undefined {
    const isData = root === 'data';
    const [type = root, name = '', attribute = '', ...rest] = isData ? path : [root, ...path];
    const blocks = isData ? this.#json.data : this.#json.resource;
    const block = childOf(childOf(blocks, type), name) as Block | undefined;
    if (block === undefined) return undefined;
    let value = childOf(block, attribute);
    for (const key of rest) value = childOf(value, key);
    if (value !== undefined) return this.resolve(value);
    return rest.length > 0 ? undefined : googleAttribute(this, isData ? `data.${type}` : type, block, attribute);
  }

  #providerSetting(name: 'project' | 'region'): string {
    const value = this.resolve(this.#json.provider?.google?.[0]?.[name] ?? null);
    if (typeof value !== 'string' || value === '') {
      throw new TerraformStackError(`The stack's google provider names no ${name}.`);
    }
    return value;
  }
}

function childOf(value: TerraformValue | undefined, key: string): TerraformValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, key)) return (value as Block)[key];
  // A block that occurs once is an object in the JSON, and a list of one in a reference.
  return key === '0' && !Array.isArray(value) ? value : undefined;
}

function unknownReference(expression: string): TerraformStackError {
  return new TerraformStackError(
    `The local Google resolves references to variables, resources and data sources; received "\${${expression}}", which is none that it knows.`,
  );
}
