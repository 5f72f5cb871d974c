import { z } from 'zod';
import { StorageApiError } from './storage-error.ts';

/** An upload with its metadata in the first part and its content in the second. */
export interface MultipartUpload {
  readonly name: string | undefined;
  readonly contentType: string | undefined;
  readonly metadata: Record<string, string> | undefined;
  readonly content: Buffer;
}

const resourceSchema = z.object({
  name: z.string().optional(),
  contentType: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

const END_OF_HEADERS = '\r\n\r\n';

/**
 * Reads a `multipart/related` upload (RFC 2387, as "Perform a multipart upload" asks for it).
 *
 * @throws StorageApiError 400 when the body is not two parts, or the first is not an object's JSON
 */
export function readMultipart(contentType: string, body: Buffer): MultipartUpload {
  const boundary = /^multipart\/related;.*\bboundary=(?:"([^"]+)"|'([^']+)'|([^\s;]+))/i
    .exec(contentType)
    ?.slice(1)
    .find(Boolean);
  if (boundary === undefined) throw malformed('its Content-Type is not multipart/related with a boundary');
  const [resource, media] = partsOf(body, boundary);
  if (resource === undefined || media === undefined) throw malformed('it has not two parts');

  let json: unknown;
  try {
    json = JSON.parse(resource.content.toString());
  } catch {
    throw malformed('its first part is not JSON');
  }
  const parsed = resourceSchema.safeParse(json);
  if (!parsed.success) throw malformed(`its first part is not an object resource (${parsed.error.issues[0]?.message})`);
  const partType = /^content-type:[ \t]*(.+?)[ \t]*$/im.exec(media.headers)?.[1];
  return {
    name: parsed.data.name,
    contentType: parsed.data.contentType ?? partType,
    metadata: parsed.data.metadata,
    content: media.content,
  };
}

function partsOf(body: Buffer, boundary: string): { headers: string; content: Buffer }[] {
  const parts: { headers: string; content: Buffer }[] = [];
  // A line break before the body's own first line lets every delimiter be found in the same way.
  const text = Buffer.concat([Buffer.from('\r\n'), body]);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let start = text.indexOf(delimiter);
  while (start !== -1) {
    const end = text.indexOf(delimiter, start + delimiter.length);
    if (end === -1) break;
    const part = text.subarray(start + delimiter.length, end);
    const headersEnd = part.indexOf(END_OF_HEADERS);
    if (headersEnd === -1) throw malformed('a part has no empty line after its headers');
    parts.push({
      headers: part.subarray(0, headersEnd).toString(),
      content: part.subarray(headersEnd + END_OF_HEADERS.length),
    });
    start = end;
  }
  return parts;
}

function malformed(what: string): StorageApiError {
  return new StorageApiError(400, 'badRequest', `Malformed multipart body: ${what}.`);
}
