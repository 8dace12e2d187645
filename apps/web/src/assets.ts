/** Where the files lie that the web app serves, run from source or as one bundled file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface Assets {
  /** Folder with the site's own pages, styles and scripts. */
  publicDir: string;
  /** Folder with Swagger UI's files; undefined: where its package keeps them. */
  swaggerDir: string | undefined;
}

/** Finds the folders: bundled they lie beside the file, in the source tree one level up. */
export function findAssets(here: string = import.meta.dirname): Assets {
  const publicDir = [join(here, 'public'), join(here, '..', 'public')].find((dir) => existsSync(dir));
  if (publicDir === undefined) {
    throw new Error(`The folder "public" with the site's files is missing beside ${here}: unpack the artifact again.`);
  }
  const swaggerDir = join(here, 'static');
  return { publicDir, swaggerDir: existsSync(swaggerDir) ? swaggerDir : undefined };
}
