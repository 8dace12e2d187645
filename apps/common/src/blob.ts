/** One way to reach the blob storage, at whatever URL the cloud gives it: by account key, or by the identity of the machine. */
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient, StorageRetryPolicyType, StorageSharedKeyCredential } from '@azure/storage-blob';

/** Holds blobs by which the lab asks the storage whether it takes and gives any. */
export const HEALTH_CONTAINER = 'health';

export interface BlobOptions {
  /** The account's URL: `http://storage:10000/lab` (account in the path) or `https://lab.blob.core.windows.net`. */
  url: string;
  accountName: string;
  /** Without it, the machine shows its identity to the cloud (Azure's managed identity). */
  accountKey: string | undefined;
}

/** Makes a client; a request that fails for a passing reason is tried again for about ten seconds. */
export function createBlobService({ url, accountName, accountKey }: BlobOptions): BlobServiceClient {
  const credential =
    accountKey === undefined
      ? new ManagedIdentityCredential()
      : new StorageSharedKeyCredential(accountName, accountKey);
  return new BlobServiceClient(url, credential, {
    retryOptions: {
      retryPolicyType: StorageRetryPolicyType.EXPONENTIAL,
      maxTries: 4,
      retryDelayInMs: 500,
      maxRetryDelayInMs: 4_000,
      tryTimeoutInMs: 30_000,
    },
  });
}
