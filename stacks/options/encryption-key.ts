import { DataGoogleStorageProjectServiceAccount } from '@cdktf/provider-google/lib/data-google-storage-project-service-account/index.js';
import { KmsCryptoKeyIamMember } from '@cdktf/provider-google/lib/kms-crypto-key-iam-member/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { addChecks } from '../validation.ts';

export interface EncryptionKeyProps {
  /** `projects/P/locations/L/keyRings/R/cryptoKeys/K`, in the region of what it encrypts. */
  readonly name: string;
  readonly location: string;
  readonly projectId: string;
  /** Number of the project, a part of the name of Cloud Run's service agent. */
  readonly projectNumber: string;
}

/**
 * A customer-managed key, with the grants that let Cloud Storage and Cloud Run encrypt with it.
 *
 * Cloud Tasks has one key for all queues of a project and region, which is no single stack's to set; tasks carry
 * references only.
 */
export class EncryptionKey extends Construct {
  readonly name: string;
  /** What a bucket with this key waits for. */
  readonly storageGrant: ITerraformDependable;
  /** What a service with this key waits for. */
  readonly serviceGrant: ITerraformDependable;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    this.name = props.name;
    const [, keyLocation] =
      /^projects\/[^/]+\/locations\/([^/]+)\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.exec(props.name) ?? [];
    addChecks(this, [
      {
        values: [props.name],
        condition: keyLocation !== undefined,
        message:
          "A key is named 'projects/P/locations/L/keyRings/R/cryptoKeys/K', without a version; " +
          `received '${props.name}': copy its resource name.`,
      },
      {
        values: [props.name, props.location],
        condition: keyLocation === undefined || keyLocation === props.location,
        message:
          'A key encrypts only what is in its own region; ' +
          `received a key of '${keyLocation}' for '${props.location}': make one there, or deploy to its region.`,
      },
    ]);
    // Reading this account makes it where the project has none yet.
    const storageAgent = new DataGoogleStorageProjectServiceAccount(this, 'storage-agent', {
      project: props.projectId,
    });
    const serviceAgent = `serviceAccount:service-${props.projectNumber}@serverless-robot-prod.iam.gserviceaccount.com`;
    this.storageGrant = this.#grant('encrypter-storage', storageAgent.member);
    this.serviceGrant = this.#grant('encrypter-service', serviceAgent);
  }

  #grant(id: string, member: string): ITerraformDependable {
    const role = 'roles/cloudkms.cryptoKeyEncrypterDecrypter';
    return new KmsCryptoKeyIamMember(this, id, { cryptoKeyId: this.name, role, member });
  }
}
