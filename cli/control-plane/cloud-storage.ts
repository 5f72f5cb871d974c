import { createHash } from 'node:crypto';
import { base64Crc32c, crc32c } from '../../google/crc32c.ts';
import { PROJECT_NUMBER } from '../../local/iam-roles.ts';
import { type Api, found, type Json, Refusal, requireNew } from './call.ts';
import type { Policies } from './policies.ts';

const AGENT = `service-${PROJECT_NUMBER}@gs-project-accounts.iam.gserviceaccount.com`;
export const KEY_USER = 'roles/cloudkms.cryptoKeyEncrypterDecrypter';

/** Buckets by their names, objects by `BUCKET/NAME`. */
export function cloudStorageApi(buckets: Map<string, Json>, objects: Map<string, Json>, policies: Policies): Api {
  const newBucket = (given: Json): Json => {
    requireNew(buckets, given.name);
    const key = given.encryption?.defaultKmsKeyName;
    if (key && !policies.has(key, KEY_USER, `serviceAccount:${AGENT}`)) {
      throw new Refusal(403, `Cloud Storage may not use ${key}, which is to encrypt ${given.name}.`);
    }
    const bucket = {
      kind: 'storage#bucket',
      id: given.name,
      projectNumber: PROJECT_NUMBER,
      softDeletePolicy: { retentionDurationSeconds: '604800' },
      timeCreated: '2026-01-01T00:00:00.000Z',
      updated: '2026-01-01T00:00:00.000Z',
      ...given,
      location: given.location.toUpperCase(),
    };
    buckets.set(given.name, bucket);
    return bucket;
  };

  const notifications = new Map<string, Json>();
  const notificationsOf = (
    bucket: string,
    method: string,
    id: string | undefined,
    body: Json,
  ): Json | null | undefined => {
    if (method === 'POST') {
      const topic = body.topic.replace('//pubsub.googleapis.com/', '');
      if (!policies.has(topic, 'roles/pubsub.publisher', `serviceAccount:${AGENT}`)) {
        throw new Refusal(403, `Cloud Storage may not publish to ${topic}.`);
      }
      const made = { kind: 'storage#notification', ...body, id: String(notifications.size + 1) };
      notifications.set(`${bucket}/${made.id}`, made);
      return made;
    }
    const notification = found(notifications.get(`${bucket}/${id}`), `${bucket}/notificationConfigs/${id}`);
    if (method === 'GET') return notification;
    notifications.delete(`${bucket}/${id}`);
    return method === 'DELETE' ? null : undefined;
  };

  const ofBucket: Api = ({ method, path, body }) => {
    const [, name = '', part, object] =
      /^b\/([^/]+)(?:\/(iam|o|anywhereCaches|notificationConfigs))?(?:\/(.+))?\/?$/.exec(path) ?? [];
    const bucket = found(buckets.get(name), name);
    if (part === 'anywhereCaches') return {};
    if (part === 'iam') return method === 'PUT' ? policies.set(`b/${name}`, body) : policies.get(`b/${name}`);
    if (part === 'notificationConfigs') return notificationsOf(name, method, object, body);
    if (part === 'o' && object === undefined) {
      return { items: [...objects.values()].filter((one) => one.bucket === name) };
    }
    if (part === 'o') {
      const stored = found(objects.get(`${name}/${object}`), `${name}/${object}`);
      if (method === 'DELETE') {
        objects.delete(`${name}/${object}`);
        return null;
      }
      return method === 'GET' ? stored : undefined;
    }
    if (method === 'PATCH') return changed(bucket, body);
    if (method === 'DELETE') {
      if ([...objects.values()].some((one) => one.bucket === name)) throw new Refusal(409, `${name} is not empty.`);
      buckets.delete(name);
      policies.delete(`b/${name}`);
      return null;
    }
    return method === 'GET' ? bucket : undefined;
  };

  return (call) => {
    const { method, path, query, body, bytes, contentType } = call;
    if (/^projects\/[^/]+\/serviceAccount$/.test(path)) return { email_address: AGENT };
    if (path === 'b' && method === 'POST') return newBucket(body);
    const [, uploadedTo] = /^upload\/b\/([^/]+)\/o$/.exec(path) ?? [];
    if (uploadedTo !== undefined) {
      const bucket = found(buckets.get(uploadedTo), uploadedTo);
      const object = { ...uploaded(bucket, bytes, contentType), name: query.get('name') };
      objects.set(`${uploadedTo}/${object.name}`, object);
      return object;
    }
    return path.startsWith('b/') ? ofBucket(call) : undefined;
  };
}

/** A patch by JSON's merge: what is null goes. */
function changed(bucket: Json, patch: Json): Json {
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete bucket[field];
    else bucket[field] = field === 'labels' ? changed({ ...bucket.labels }, value) : value;
  }
  return bucket;
}

/** The object of a multipart upload: its JSON, then its content, each under a head of its own. */
function uploaded(bucket: Json, bytes: Buffer, contentType: string): Json {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1] ?? '';
  const [, meta = '', media = ''] = bytes.toString('latin1').split(`--${boundary}`);
  const bodyOf = (part: string) => part.slice(part.indexOf('\r\n\r\n') + 4, -2);
  const given: Json = JSON.parse(bodyOf(meta));
  const content = Buffer.from(bodyOf(media), 'latin1');
  const key = bucket.encryption?.defaultKmsKeyName;
  return {
    ...given,
    bucket: bucket.name,
    generation: '1',
    metageneration: '1',
    storageClass: 'STANDARD',
    size: String(content.length),
    md5Hash: createHash('md5').update(content).digest('base64'),
    crc32c: base64Crc32c(crc32c(content)),
    ...(key && { kmsKeyName: `${key}/cryptoKeyVersions/1` }),
  };
}
