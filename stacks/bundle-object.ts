import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { StorageBucketObject } from '@cdktf/provider-google/lib/storage-bucket-object/index.js';
import { AssetType, TerraformAsset } from 'cdktf';
import { Construct } from 'constructs';
import { PACKAGE_FOLDER } from '../package-folder.ts';
import { addChecks } from './validation.ts';

/** The bundle that `npm run bundle` makes, and that this package brings along. */
export const OWN_BUNDLE = join(PACKAGE_FOLDER, 'dist', 'handler.mjs');

interface BundleObjectProps {
  /** The handler in one file, absolute. */
  readonly path: string;
  /** Bucket that the service mounts. */
  readonly bucket: string;
}

/**
 * The bundled handler as an object named by its content: a new bundle is a new object, so that a revision of the
 * service always runs the code it was made with.
 */
export class BundleObject extends Construct {
  /** `handler-<sha256>.mjs` */
  readonly objectName: string;

  constructor(scope: Construct, id: string, props: BundleObjectProps) {
    super(scope, id);
    const { path } = props;
    const exists = existsSync(path);
    addChecks(this, [
      {
        values: [],
        condition: exists,
        message:
          `The service runs the bundled handler; there is no ${relative(process.cwd(), path)}: ` +
          "make it with 'npm run bundle'.",
      },
    ]);
    if (!exists) {
      this.objectName = '';
      return;
    }
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    // Copied beside the Terraform JSON, so that the JSON is the same on every machine.
    const asset = new TerraformAsset(this, 'asset', { path, type: AssetType.FILE, assetHash: sha256 });
    const object = new StorageBucketObject(this, 'Default', {
      bucket: props.bucket,
      name: `handler-${sha256}.mjs`,
      source: asset.path,
      contentType: 'text/javascript',
      // Instances of earlier revisions still load the earlier object, and a rollback needs it.
      deletionPolicy: 'ABANDON',
    });
    this.objectName = object.name;
  }
}

/** The stock Node image that runs the bundle, of exactly the version that the project pins, tests and runs locally. */
export function stockNodeImage(): string {
  const manifest = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8'));
  return `docker.io/library/node:${manifest.devDependencies.node}-slim`;
}
