/** The process of the blob storage host: Azurite's blob service, which takes its flags from the command line. */
import { makeWritesDurable } from './durable-writes.ts';

makeWritesDurable();
await import('azurite/dist/src/blob/main.js');
