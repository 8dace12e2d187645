/** The local cloud as the launcher sees it: the container engine, its images, and what it holds of a lab. */
import { runCommand } from '../../../tools/launcher/command.ts';
import { ensureEngine } from '../../../tools/launcher/engine.ts';
import { ensureSystemImage } from '../../../tools/launcher/system-image.ts';
import { readCloudInitFiles } from '../../cloud-init-files.ts';
import { PROJECT, PROJECT_LABEL, STACK_LABEL } from '../../naming.ts';
import type { CloudTarget, TargetResource } from '../target.ts';
import { chooseLocalSettings, findLocalObstacles } from './obstacles.ts';
import { describeSystemImage } from './system-image.ts';

type Kind = 'container' | 'network' | 'volume' | 'image';

const LIST: Record<Kind, string[]> = {
  container: ['container', 'ls', '--all', '--no-trunc', '--format', '{{.ID}} {{.Names}}'],
  network: ['network', 'ls', '--no-trunc', '--format', '{{.ID}} {{.Name}}'],
  volume: ['volume', 'ls', '--format', '{{.Name}} {{.Name}}'],
  // The plugin's id of an image is both.
  image: ['image', 'ls', '--no-trunc', '--format', '{{.ID}}{{.Repository}}:{{.Tag}} {{.Repository}}:{{.Tag}}'],
};
const LISTED_TYPE = /^docker:index\/(container|network|volume|remoteImage):/;
/** By what the engine knows each. */
const KEY: Record<Kind, 'id' | 'name'> = { container: 'id', network: 'id', volume: 'id', image: 'name' };
/** Networks, volumes and images cannot go while a container uses them. */
const REMOVE: [Kind, string[]][] = [
  ['container', ['container', 'rm', '--force', '--volumes']],
  ['network', ['network', 'rm']],
  ['volume', ['volume', 'rm', '--force']],
  ['image', ['image', 'rm', '--force']],
];

export const localTarget: CloudTarget = {
  plugins: [],

  async prepare({ projectDir, cacheDir, step }) {
    const { host } = await step('container engine', (say) => ensureEngine({ report: say }));
    // Pulumi's plugin knows nothing of the contexts of Docker's own CLI.
    process.env.DOCKER_HOST = host;
    const image = describeSystemImage(projectDir, readCloudInitFiles(projectDir));
    await step('image of the hosts', (say) => ensureSystemImage({ image, cacheDir, report: say }));
  },

  chooseSettings: chooseLocalSettings,
  findObstacles: findLocalObstacles,

  async listResources(stack) {
    const filters = [`label=${PROJECT_LABEL}=${PROJECT}`, `label=${STACK_LABEL}=${stack}`].flatMap((filter) => [
      '--filter',
      filter,
    ]);
    const lists = await Promise.all(
      Object.entries(LIST).map(async ([kind, [noun, verb, ...options]]) => {
        const lines = await docker([noun ?? '', verb ?? '', ...filters, ...options]);
        return lines.map((line): TargetResource => {
          const [id = '', name = ''] = line.split(' ');
          return { kind, id, name };
        });
      }),
    );
    return lists.flat();
  },

  async removeResources(resources) {
    for (const [kind, command] of REMOVE) {
      const keys = resources.filter((resource) => resource.kind === kind).map((resource) => resource[KEY[kind]]);
      if (keys.length > 0) await runCommand('docker', [...command, ...keys], { timeoutMs: 120_000 });
    }
  },

  knownAs: ({ type, id }) => (LISTED_TYPE.test(type) ? id : undefined),
  // A volume that the state does not know holds data: the next update takes it up by its name.
  isLeftover: ({ kind }) => kind !== 'volume',
};

/** The lines that the engine's CLI prints. @throws Error in the engine's words */
async function docker(args: readonly string[]): Promise<string[]> {
  const { status, stdout, stderr } = await runCommand('docker', args, { timeoutMs: 60_000 });
  if (status !== 0) throw new Error(`docker ${args.slice(0, 2).join(' ')}: ${stderr.trim()}`);
  return stdout.split('\n').filter((line) => line !== '');
}
