/** Docker's images, as far as a lab on a cloud builds and pushes them: nothing is built. */
import { createHash } from 'node:crypto';
import type { StandInTables } from './tables.ts';

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const tables: StandInTables = {
  types: {
    'docker:index/image:Image': {
      id: ({ imageName }) => digestOf(String(imageName)),
      computed: {
        baseImageName: ({ imageName }) => imageName,
        registryServer: ({ imageName }) => String(imageName).split('/')[0],
        repoDigest: ({ imageName }) => `${String(imageName).replace(/:[^:/]+$/, '')}@${digestOf(String(imageName))}`,
      },
    },
  },
  invokes: {},
};

export default tables;
