/** What all of the fake control plane is written with: a call, its answer, and a refusal in Google's form. */

// biome-ignore lint/suspicious/noExplicitAny: other people's JSON, looked at only as far as it matters here
export type Json = { [name: string]: any };

export interface Call {
  readonly method: string;
  /** Without the API's own prefix: `projects/P/locations/L/queues`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty where the call has none, or something else than JSON. */
  readonly body: Json;
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** @returns the answer; null is an empty one, and undefined says that the fake does not know the call */
export type Api = (call: Call) => Json | null | undefined;

/** An error as Google's APIs answer it. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws Refusal 404 when it is undefined */
export function found<T>(resource: T | undefined, name: string): T {
  if (resource === undefined) throw new Refusal(404, `${name} was not found.`);
  return resource;
}

/** @throws Refusal 409 when there is one already */
export function requireNew(resources: ReadonlyMap<string, unknown>, name: string): void {
  if (resources.has(name)) throw new Refusal(409, `${name} already exists.`);
}

/** As protobuf writes JSON: what is its type's default is left out. */
export function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  const isDefault = (one: unknown) =>
    [0, '', false, null].includes(one as never) || (Array.isArray(one) && one.length === 0);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (isDefault(one) ? [] : [[name, withoutDefaults(one)]])),
  );
}
