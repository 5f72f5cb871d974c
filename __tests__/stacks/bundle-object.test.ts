import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { BundleObject, stockNodeImage } from '../../stacks/bundle-object.ts';
import { fixture, jsonOf, only, problemsIn } from './synthesised-stack.ts';

function object(path: string) {
  return only(
    jsonOf((scope) => new BundleObject(scope, 'bundle', { path, bucket: 'code-bucket' })),
    'google_storage_bucket_object',
  );
}

test('the object is named by its content', () => {
  const sha256 = createHash('sha256').update('one').digest('hex');
  expect(object(fixture('bundle.mjs', 'one'))).toMatchObject({
    bucket: 'code-bucket',
    name: `handler-${sha256}.mjs`,
    content_type: 'text/javascript',
  });
  expect(object(fixture('bundle.mjs', 'two')).name).not.toContain(sha256);
});

test('the source lies beside the Terraform JSON, wherever the bundle is', () => {
  expect(object(fixture('bundle.mjs', 'one')).source).toMatch(
    /^assets\/bundle_asset_[0-9A-F]{8}\/[0-9a-f]{64}\/bundle.mjs$/,
  );
});

test('an earlier object stays for the revisions that still run it', () => {
  expect(object(fixture('bundle.mjs', 'one')).deletion_policy).toBe('ABANDON');
});

test('says which command makes a bundle that is missing', () => {
  const path = fixture('there.mjs', '').replace('there', 'missing');
  expect(problemsIn((scope) => new BundleObject(scope, 'bundle', { path, bucket: 'code-bucket' }))).toEqual([
    `The service runs the bundled handler; there is no ${relative(process.cwd(), path)}: ` +
      "make it with 'npm run bundle'.",
  ]);
});

test('production runs the Node that the project installs', () => {
  const installed = JSON.parse(readFileSync('node_modules/node/package.json', 'utf8')).version;
  expect(stockNodeImage()).toBe(`docker.io/library/node:${installed}-slim`);
});
