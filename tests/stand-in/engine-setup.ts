/** Vitest's global set-up for tests that need the Pulumi engine: gets it where it is missing, which no test has the time for. */
import { labPaths } from '../../tools/launcher/paths.ts';
import { ensurePulumi } from '../../tools/launcher/pulumi-toolchain.ts';

export default async function setup(): Promise<void> {
  await ensurePulumi({ paths: labPaths(), report: (text) => process.stderr.write(`${text}\n`) });
}
