/** The files that V8 wrote: of each what is said of the project's own sources. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';

const Script = Type.Object({
  url: Type.String(),
  functions: Type.Array(Type.Object({ ranges: Type.Array(Type.Object({ endOffset: Type.Integer() })) })),
});
const V8File = Type.Object({
  result: Type.Array(Script),
  'source-map-cache': Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
type V8File = Static<typeof V8File>;

/** What Node puts behind a source from which it took the types. */
const sourceUrl = (url: string): string => `\n\n//# sourceURL=${url}`;

/**
 * Whether V8 ran what lies in the file, so that its positions are those of the file. Tools that change sources before
 * they run them, and don't tell Node how, have run something else.
 */
async function isTrue({ url, functions }: Static<typeof Script>): Promise<boolean> {
  const source = await readFile(fileURLToPath(url), 'utf8').catch(() => null);
  if (source === null) return false;
  const end = functions.reduce(
    (latest, { ranges }) => ranges.reduce((far, { endOffset }) => Math.max(far, endOffset), latest),
    0,
  );
  return end === source.length || end === source.length + sourceUrl(url).length;
}

async function readV8File(path: string): Promise<V8File | null> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Value.Check(V8File, content) ? content : null;
  } catch {
    // A process that was killed may have written half of it.
    return null;
  }
}

function isOwnSource(url: string, checkout: string): boolean {
  let path: string;
  try {
    path = fileURLToPath(url);
  } catch {
    return false;
  }
  return path.startsWith(`${checkout}${sep}`) && !path.split(sep).includes('node_modules');
}

/**
 * Copies what V8 measured of the sources in `checkout` to files in `to`, one process at a time.
 * @returns URLs of sources that are left out, as something else than what lies there was run
 */
export async function copyOwnSources(from: string, checkout: string, to: string): Promise<Set<string>> {
  const names = await readdir(from).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  await mkdir(to, { recursive: true });
  const leftOut = new Set<string>();
  for (const name of names) {
    const file = await readV8File(join(from, name));
    if (file === null) continue;
    const maps = file['source-map-cache'] ?? {};
    const kept: V8File['result'] = [];
    for (const script of file.result.filter(({ url }) => isOwnSource(url, checkout))) {
      if (Object.hasOwn(maps, script.url) || (await isTrue(script))) kept.push(script);
      else leftOut.add(script.url);
    }
    if (kept.length === 0) continue;
    const keptMaps = Object.fromEntries(
      kept.flatMap(({ url }) => (Object.hasOwn(maps, url) ? [[url, maps[url]]] : [])),
    );
    await writeFile(join(to, name), JSON.stringify({ result: kept, 'source-map-cache': keptMaps }));
  }
  return leftOut;
}
