import { StorageBucket, type StorageBucketLifecycleRule } from '@cdktf/provider-google/lib/storage-bucket/index.js';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { EncryptionKey } from './options/encryption-key.ts';
import { addChecks } from './validation.ts';

/** Objects that Cloud Storage deletes by their age. */
export interface ExpiryRule {
  /** Beginning of their names. @default any */
  readonly prefix?: string;
  /** Endings of their names. @default any */
  readonly suffixes?: readonly string[];
  /** Days since an object was written. */
  readonly days: number;
}

export interface PrivateBucketProps {
  /** Unique in the world, at most 63 characters. */
  readonly name: string;
  readonly location: string;
  readonly projectId: string;
  /** Whether destroying the bucket deletes the objects in it. @default false */
  readonly forceDestroy?: boolean;
  /** Key that encrypts what is written. @default Google's own */
  readonly key?: EncryptionKey | undefined;
  /** What is deleted by its age. @default nothing, all is kept until somebody deletes it */
  readonly expiry?: readonly ExpiryRule[];
  /** A bucket that exists already: it gets the grants and is otherwise left alone. @default none, it is created */
  readonly existingName?: string | undefined;
}

/** A bucket that nobody can make public, and the grants on it. */
export class PrivateBucket extends Construct {
  /** The bucket's name, as a reference to it where the stack creates it. */
  readonly name: string;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    const { existingName, key, expiry = [] } = props;
    if (existingName !== undefined) {
      this.name = existingName;
      addChecks(this, [
        {
          values: [existingName],
          condition: /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(existingName),
          message:
            'A bucket is named by lower-case letters, digits, dots, hyphens and underscores; ' +
            `received '${existingName}': use its name without 'gs://'.`,
        },
      ]);
      return;
    }
    const bucket = new StorageBucket(this, 'Default', {
      name: props.name,
      location: props.location,
      project: props.projectId,
      forceDestroy: props.forceDestroy ?? false,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      ...(expiry.length > 0 && { lifecycleRule: expiry.map(lifecycleRule) }),
      ...(key && { encryption: { defaultKmsKeyName: key.name }, dependsOn: [key.storageGrant] }),
    });
    this.name = bucket.name;
  }

  /** Lets the member list and read objects. */
  grantRead(id: string, member: string): ITerraformDependable {
    return this.#grant(id, 'roles/storage.objectViewer', member);
  }

  /** Lets the member list, read, write and delete objects, but not change who else may. */
  grantReadWrite(id: string, member: string): ITerraformDependable {
    return this.#grant(id, 'roles/storage.objectUser', member);
  }

  #grant(id: string, role: string, member: string): ITerraformDependable {
    return new StorageBucketIamMember(this, id, { bucket: this.name, role, member });
  }
}

function lifecycleRule({ prefix, suffixes, days }: ExpiryRule): StorageBucketLifecycleRule {
  return {
    action: { type: 'Delete' },
    condition: {
      age: days,
      ...(prefix !== undefined && { matchesPrefix: [prefix] }),
      ...(suffixes !== undefined && { matchesSuffix: [...suffixes] }),
    },
  };
}
