import { utf8 } from '../local-conversion.ts';

/** Parts within each other, each beginning with its own fields. */
export function multipart(kind: string, parts: readonly string[], boundary = 'b'): string {
  const pieces = parts.map((part) => `--${boundary}\n${part}\n`);
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\n\n${pieces.join('')}--${boundary}--\n`;
}

/** A mail whose lines end as mails' do. */
export function makeMail(fieldsAndBody: string): Uint8Array {
  return utf8(`MIME-Version: 1.0\n${fieldsAndBody}`.replaceAll('\n', '\r\n'));
}
