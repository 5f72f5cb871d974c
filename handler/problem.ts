/** An error as `application/problem+json` (RFC 9457). */
export function problem(status: number, title: string, detail: string, extra: Record<string, unknown> = {}): Response {
  return new Response(JSON.stringify({ type: 'about:blank', title, status, detail, ...extra }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }) },
  });
}
