/** What Google's front end takes of a request, in bytes. */
export const MAX_PAYLOAD_BYTES = 10_485_760;

/** A request that is not the JSON of its message: what all of Google's APIs answer with INVALID_ARGUMENT, in the same words. */
export class ProtoJsonError extends Error {
  override readonly name = 'ProtoJsonError';
}

/**
 * Reads one JSON value of a request. `path` names it in errors, in Google's way: `task.http_request.url`.
 *
 * @throws ProtoJsonError when the value is not of the type
 */
export type Reader<T> = (value: unknown, path: string) => T;

type Fields = Readonly<Record<string, Reader<unknown>>>;
type MessageOf<F extends Fields> = { [Name in keyof F]?: F[Name] extends Reader<infer T> ? T : never };

/**
 * Parses the body of a request. An absent one is an empty message; so is `""`, which Google's own REST transport sends for one.
 *
 * @param body may be cut off, once it is longer than {@link MAX_PAYLOAD_BYTES}
 * @throws ProtoJsonError when it is too large, or no JSON
 */
export function parsePayload(body: Buffer): unknown {
  if (body.length > MAX_PAYLOAD_BYTES) {
    throw new ProtoJsonError(`Request payload size exceeds the limit: ${MAX_PAYLOAD_BYTES} bytes.`);
  }
  const text = body.toString();
  if (text.trim() === '' || text === '""') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProtoJsonError(`Invalid JSON payload received. ${(error as Error).message}`);
  }
}

/**
 * A reader of messages by the rules of proto3 JSON: fields in lower camel or snake case, `null` means absent, unknown fields are
 * refused.
 *
 * @param type the full name of the message type, for errors
 */
export function message<F extends Fields>(type: string, fields: F): Reader<MessageOf<F>> {
  const readers = new Map(
    Object.entries(fields).flatMap(([name, reader]) => [name, snakeCase(name)].map((key) => [key, { name, reader }])),
  );
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      fail(path, `type.googleapis.com/${type}`, value);
    const read: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) {
      const known = readers.get(key);
      if (!known) {
        const at = path === '' ? '' : ` at '${path}'`;
        throw new ProtoJsonError(`Invalid JSON payload received. Unknown name "${clip(key)}"${at}: Cannot find field.`);
      }
      if (field !== null)
        read[known.name] = known.reader(field, path === '' ? snakeCase(key) : `${path}.${snakeCase(key)}`);
    }
    return read as MessageOf<F>;
  };
}

export function repeated<T>(reader: Reader<T>): Reader<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) fail(path, 'TYPE_MESSAGE', value);
    return value.map((item, index) => reader(item, `${path}[${index}]`));
  };
}

/** `map<string, string>`. */
export const stringMap: Reader<Record<string, string>> = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(path, 'Map', value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, string(item, `${path}[${clip(key)}]`)]));
};

export const string: Reader<string> = (value, path) => {
  if (typeof value !== 'string') fail(path, 'TYPE_STRING', value);
  return value;
};

export const int32: Reader<number> = (value, path) => {
  const number = numeric(value);
  if (!Number.isInteger(number) || Math.abs(number) > 2 ** 31 - 1) fail(path, 'TYPE_INT32', value);
  return number;
};

export const double: Reader<number> = (value, path) => {
  const number = numeric(value);
  if (!Number.isFinite(number)) fail(path, 'TYPE_DOUBLE', value);
  return number;
};

/** Base64, standard or URL-safe, with or without padding. */
export const bytes: Reader<Buffer> = (value, path) => {
  if (
    typeof value !== 'string' ||
    !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value) ||
    value.replace(/=+$/, '').length % 4 === 1
  ) {
    fail(path, 'TYPE_BYTES', value);
  }
  return Buffer.from(value, 'base64');
};

/** An enum by name or number. */
export function enumeration<const Name extends string>(type: string, names: readonly Name[]): Reader<Name> {
  return (value, path) => {
    const name = typeof value === 'number' ? names[value] : names.find((known) => known === value);
    if (name === undefined) fail(path, `type.googleapis.com/${type}`, value);
    return name;
  };
}

/** `google.protobuf.Timestamp`, RFC 3339, in milliseconds since the epoch with a fraction down to the microsecond. */
export const timestamp: Reader<number> = (value, path) => {
  const type = 'type.googleapis.com/google.protobuf.Timestamp';
  const match = typeof value === 'string' ? TIMESTAMP.exec(value) : null;
  if (!match) fail(path, type, value);
  const [, second = '', fraction = '', zone = ''] = match;
  const ms = Date.parse(`${second}${zone}`.toUpperCase());
  if (Number.isNaN(ms)) fail(path, type, value);
  return ms + fractionMs(fraction);
};

/** `google.protobuf.Duration`, `600s` or `0.100s`, in milliseconds. */
export const duration: Reader<number> = (value, path) => {
  const match = typeof value === 'string' ? DURATION.exec(value) : null;
  const [, sign = '', seconds = '', fraction = ''] = match ?? [];
  // The range of the type: 10,000 years.
  if (!match || Number(seconds) > 315_576_000_000) fail(path, 'type.googleapis.com/google.protobuf.Duration', value);
  const ms = Number(seconds) * 1000 + fractionMs(fraction);
  return sign === '-' ? -ms : ms;
};

/** `google.protobuf.FieldMask`: paths in one string, with commas. */
export const fieldMask: Reader<string[]> = (value, path) =>
  string(value, path)
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** A value that is not kept: output only, or of no use here. */
export const ignored: Reader<undefined> = () => undefined;

const TIMESTAMP = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/;
const DURATION = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;

function fractionMs(digits: string): number {
  return Number(digits.padEnd(9, '0').slice(0, 6)) / 1000;
}

function numeric(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function fail(path: string, type: string, value: unknown): never {
  throw new ProtoJsonError(`Invalid value at '${path}' (${type}), ${clip(JSON.stringify(value))}`);
}

function clip(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
