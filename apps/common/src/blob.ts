/** One way to reach the blob storage: by account key, at whatever URL the cloud gives it. */
import { BlobServiceClient, StorageRetryPolicyType, StorageSharedKeyCredential } from '@azure/storage-blob';

export interface BlobOptions {
  /** The account's URL: `http://storage:10000/lab` (account in the path) or `https://lab.blob.core.windows.net`. */
  url: string;
  accountName: string;
  accountKey: string;
}

/** Makes a client; a request that fails for a passing reason is tried again for about ten seconds. */
export function createBlobService({ url, accountName, accountKey }: BlobOptions): BlobServiceClient {
  return new BlobServiceClient(url, new StorageSharedKeyCredential(accountName, accountKey), {
    retryOptions: {
      retryPolicyType: StorageRetryPolicyType.EXPONENTIAL,
      maxTries: 4,
      retryDelayInMs: 500,
      maxRetryDelayInMs: 4_000,
      tryTimeoutInMs: 30_000,
    },
  });
}
