/** User-data in the form in which clouds hand it to a machine. */
import { gzipSync } from 'node:zlib';
import { Problem } from '../problem.ts';

/**
 * Bytes, before base64, that a machine can be given: 64 KiB after it, at OpenStack and at Azure.
 * https://docs.openstack.org/api-ref/compute/#create-server, https://learn.microsoft.com/azure/virtual-machines/custom-data
 */
const LIMIT = 48 * 1024;

/**
 * The user-data of a host, in base64: as it is, or compressed where it is too long for that, which cloud-init takes as well.
 * https://cloudinit.readthedocs.io/en/latest/explanation/format.html#gzip-compressed-content
 * @throws Problem where it is too long in either form
 */
export function encodeUserData(text: string, host: string): string {
  const plain = Buffer.from(text);
  const bytes = plain.length <= LIMIT ? plain : gzipSync(plain, { level: 9 });
  if (bytes.length > LIMIT) {
    throw new Problem(
      `The user-data of host ${host} has ${bytes.length} bytes when compressed; clouds take ${LIMIT}. Move text from cloud-init/ into an artifact.`,
    );
  }
  return bytes.toString('base64');
}
