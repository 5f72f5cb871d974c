import type { GoogleAuth } from 'google-auth-library';

let auth: Promise<GoogleAuth> | undefined;

/**
 * An access token of the service's own identity, from the metadata server or wherever Application Default Credentials lead.
 * The library is loaded when the first token is needed, and keeps tokens until shortly before they expire.
 *
 * @throws Error when there are no credentials
 */
export async function accessToken(): Promise<string> {
  auth ??= import('google-auth-library').then(
    ({ GoogleAuth }) => new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' }),
  );
  const token = await (await auth).getAccessToken();
  if (!token)
    throw new Error('No access token: set up Application Default Credentials (gcloud auth application-default login).');
  return token;
}
