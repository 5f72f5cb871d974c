/** Programs that make Word documents of pages put them in as web archives (RFC 2557). */

interface Page {
  readonly bytes: Uint8Array;
  /** With its charset. */
  readonly contentType: string;
}

const DEEPEST = 4;

/** The page of a web archive; undefined for what is none. */
export function webArchivePage(bytes: Uint8Array): Page | undefined {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return /^\s*(?:mime-version|content-type|from|date|subject)\s*:/i.test(archive) ? pageIn(archive, 0) : undefined;
}

function pageIn(part: string, depth: number): Page | undefined {
  const { fields, content } = readPart(part);
  const contentType = fields.get('content-type') ?? '';
  if (/^text\/html\b/i.test(contentType)) return { bytes: decoded(content, fields), contentType };
  const boundary = contentType.match(/;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i);
  if (!/^multipart\//i.test(contentType) || !boundary || depth > DEEPEST) return undefined;
  for (const each of content.split(`--${boundary[1] ?? boundary[2]}`).slice(1)) {
    const page = pageIn(each, depth + 1);
    if (page) return page;
  }
  return undefined;
}

function readPart(part: string): { fields: ReadonlyMap<string, string>; content: string } {
  const lines = part.trimStart().replaceAll('\r\n', '\n');
  const end = lines.indexOf('\n\n');
  const head = (end === -1 ? lines : lines.slice(0, end)).replace(/\n[ \t]+/g, ' ');
  const fields = head.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return { fields: new Map(fields), content: end === -1 ? '' : lines.slice(end + 2) };
}

function decoded(content: string, fields: ReadonlyMap<string, string>): Uint8Array {
  switch (fields.get('content-transfer-encoding')?.toLowerCase()) {
    case 'base64':
      return Buffer.from(content, 'base64');
    case 'quoted-printable':
      return Buffer.from(
        content
          .replace(/=[ \t]*\n/g, '')
          .replace(/=([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
        'latin1',
      );
    default:
      return Buffer.from(content, 'latin1');
  }
}
