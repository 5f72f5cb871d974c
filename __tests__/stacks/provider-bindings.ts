import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What the provider's bindings say of an attribute or a block. */
interface Member {
  readonly isRequired: boolean;
  /** Name of the interface of a block; undefined for an attribute. */
  readonly block: string | undefined;
  /** Values that its documentation lists; undefined when it lists none. */
  readonly values: readonly unknown[] | undefined;
}

type Interfaces = ReadonlyMap<string, ReadonlyMap<string, Member>>;

interface Bindings {
  /** Name of the interface of the whole resource. */
  readonly root: string;
  readonly interfaces: Interfaces;
}

const require = createRequire(import.meta.url);
/** Terraform's own arguments of any resource, and cdktf's comment. */
const META = new Set(['//', 'depends_on', 'lifecycle', 'provider', 'count', 'for_each']);

/** Reads the type declarations and documentation of a resource's bindings, generated from the provider's own schema. */
function readBindings(type: string): Bindings {
  const source = readFileSync(require.resolve(`@cdktf/provider-google/lib/${type}/index.d.ts`), 'utf8');
  const interfaces = new Map<string, Map<string, Member>>();
  let root = '';
  for (const [, name = '', extended, body = ''] of source.matchAll(
    /^export interface (\w+)( extends .*?)? \{\n(.*?)^\}/gms,
  )) {
    if (extended !== undefined) root = name;
    const members = new Map<string, Member>();
    for (const [, doc = '', member = '', optional, kind = ''] of body.matchAll(
      /\/\*\*(.*?)\*\/\s*readonly (\w+)(\?)?: (.*?);$/gms,
    )) {
      const [, values] = /Possible values: (\[.*?\])/.exec(doc) ?? [];
      members.set(member, {
        isRequired: optional === undefined,
        block: /^([A-Z]\w+)/.exec(kind)?.[1],
        values: values === undefined ? undefined : JSON.parse(values),
      });
    }
    interfaces.set(name, members);
  }
  return { root, interfaces };
}

const known = new Map<string, Bindings>();

/**
 * Everything in a resource that the bindings of its type do not know: attributes, blocks, values; and what is required but absent.
 *
 * @param type Terraform's name of the type, with `data.` before that of a data source
 */
export function unknownToProvider(type: string, resource: object): string[] {
  const folder = type
    .replace(/^data\.google_/, 'data-google-')
    .replace(/^google_/, '')
    .replaceAll('_', '-');
  const bindings = known.get(folder) ?? readBindings(folder);
  known.set(folder, bindings);
  const { root, interfaces } = bindings;
  return problemsOf(resource, root, interfaces, type);
}

function problemsOf(block: object, name: string, interfaces: Interfaces, path: string): string[] {
  const members = interfaces.get(name) ?? new Map<string, Member>();
  const given = Object.entries(block).filter(([key]) => !META.has(key));
  const missing = [...members]
    .filter(([member, { isRequired }]) => isRequired && !given.some(([key]) => camelCase(key) === member))
    .map(([member]) => `${path} lacks ${member}`);
  const wrong = given.flatMap(([key, value]) => {
    const member = members.get(camelCase(key));
    if (member === undefined) return [`${path}.${key} is unknown`];
    const { block: inner, values } = member;
    const items: unknown[] = Array.isArray(value) ? value : [value];
    if (inner !== undefined) {
      return items.flatMap((item) => problemsOf(item as object, inner, interfaces, `${path}.${key}`));
    }
    return items
      .filter((item) => values !== undefined && !values.includes(item))
      .map((item) => `${path}.${key} is ${item}, not one of ${values?.join(', ')}`);
  });
  return [...missing, ...wrong];
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
