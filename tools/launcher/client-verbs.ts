/** The launcher's verbs for whoever uses Kafka from this machine: messages and the chat. */
import type { Command, Option } from 'commander';
import { writeClientSettings } from './client-files.ts';
import type { LabContext } from './context.ts';
import { requireLab } from './known-labs.ts';
import { preparePulumi } from './prepare.ts';
import { attach } from './remote.ts';
import type { Report } from './report.ts';
import { checkStackName } from './stack-config.ts';
import { readOutputs } from './stack-outputs.ts';

type Setting = { context: LabContext; report: Report; stackOption: Option };

export function addClientVerbs(program: Command, setting: Setting): void {
  const stream = program
    .command('stream')
    .description('send and read messages of the Kafka topic test_topic, or another');
  for (const [verb, app] of [
    ['produce', 'producer'],
    ['consume', 'consumer'],
  ] as const) {
    stream
      .command(verb)
      .description(`${verb} messages; ./lab stream ${verb} -- -h shows every flag`)
      .argument('[args...]', `arguments of the ${app}`)
      .addOption(setting.stackOption)
      .passThroughOptions()
      .allowUnknownOption()
      .action(async (args: string[], { stack }: { stack: string }) => {
        process.exitCode = await runClient(setting, app, stack, args);
      });
  }

  program
    .command('chat')
    .description('talk in a room of the chat; ./lab chat -- -h shows every flag')
    .argument('[args...]', 'the room (lobby without it), and flags')
    .addOption(setting.stackOption)
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (args: string[], { stack }: { stack: string }) => {
      process.exitCode = await runClient(setting, 'chat', stack, args);
    });
}

/** Runs a command line of apps/stream on a stack that is up: it finds what it needs by the stack's name. */
async function runClient(
  { context, report }: Setting,
  app: string,
  stack: string,
  args: readonly string[],
): Promise<number> {
  // First, as it says which stack is not up.
  await requireLab(context, checkStackName(stack));
  readOutputs(context, stack);
  await writeClientSettings(context, stack, () => preparePulumi(context, report));
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('KAFKA_'));
  const env = { ...Object.fromEntries(kept), LAB_STACK: stack };
  // Messages are many and short-lived: they want room among the young objects.
  const flags = ['--max-semi-space-size=32'];
  return attach(process.execPath, [...flags, `${context.paths.projectDir}/apps/stream/src/${app}.ts`, ...args], {
    env,
  });
}
