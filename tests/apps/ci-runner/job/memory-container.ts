/** A container of blobs in memory, as far as the runner's work on one job needs it. */
import type { ContainerClient } from '@azure/storage-blob';

export function memoryContainer(): { container: ContainerClient; blobs: Map<string, Buffer> } {
  const blobs = new Map<string, Buffer>();
  const blobOf = (name: string) => ({
    exists: async () => blobs.has(name),
    downloadToBuffer: async () => blobs.get(name) ?? Buffer.alloc(0),
    upload: async (content: Buffer, length: number) => void blobs.set(name, content.subarray(0, length)),
  });
  return { container: { getBlobClient: blobOf, getBlockBlobClient: blobOf } as unknown as ContainerClient, blobs };
}
