/** The launcher's command line: which verbs there are, and what each prints. */
import { Command, Option } from 'commander';
import type { LabOutputs, LabReach } from '../../infra/outputs.ts';
import { Problem } from '../../infra/problem.ts';
import { writeClientFiles } from './client-files.ts';
import { addClientVerbs } from './client-verbs.ts';
import { createContext } from './context.ts';
import { formatEndpoints } from './endpoints.ts';
import { requireLab } from './known-labs.ts';
import { preparePulumi } from './prepare.ts';
import { attach, attachToHost } from './remote.ts';
import { createReport } from './report.ts';
import { checkStackName, DEFAULT_STACK } from './stack-config.ts';
import { readOutputs, readReach } from './stack-outputs.ts';

const context = createContext();
const report = createReport();

type TestFlags = {
  unit?: true;
  faults?: true;
  servers?: true;
  oneHost?: true;
  machines?: true;
  vm?: true;
  stack?: string;
};

const collect = (value: string, before: string[]): string[] => [...before, value];
const stackOption = new Option('-s, --stack <stack>', 'the stack').default(DEFAULT_STACK);
/** Flags of `./lab test`: each says what alone is tested. */
const TEST_FLAGS = ['unit', 'faults', 'servers', 'oneHost', 'machines', 'vm', 'stack'];
const testFlag = (flags: string, description: string): Option => {
  const option = new Option(flags, description);
  return option.conflicts(TEST_FLAGS.filter((name) => name !== option.attributeName()));
};
const jsonOption = new Option('--json', 'print what a program would read');

const program = new Command('lab')
  .description('A whole cloud-computing lab: up, look, use, down.')
  .showHelpAfterError('(./lab --help lists the verbs)')
  .enablePositionalOptions();

program
  .command('up')
  .description('bring a lab up, or bring it to what its description says now')
  .argument('[stack]', 'the stack; a name without a Pulumi.<name>.yaml is one more local lab', DEFAULT_STACK)
  .option('-c, --config <lab:key=value>', 'set a configuration key, and keep it', collect, [])
  .addOption(jsonOption)
  .action(async (stack: string, { config, json }: { config: string[]; json?: true }) => {
    sayWhenInterrupted();
    const { up } = await import('./verbs/up.ts');
    const { outputs } = await up({ context, stack: checkStackName(stack), settings: config, report });
    print(json ? JSON.stringify(outputs, undefined, 2) : `\n${formatEndpoints(outputs, stack)}`);
  });

program
  .command('down')
  .description('give everything of a lab back, and say what is left: nothing')
  .argument('[stack]', 'the stack', DEFAULT_STACK)
  .addOption(jsonOption)
  .action(async (stack: string, { json }: { json?: true }) => {
    sayWhenInterrupted();
    const { describe, down } = await import('./verbs/down.ts');
    const { left } = await down({ context, stack: checkStackName(stack), report });
    print(json ? JSON.stringify({ left }) : left.length === 0 ? '0 left' : `${left.length} left: ${describe(left)}`);
    if (left.length > 0) process.exitCode = 1;
  });

program
  .command('cost')
  .description('show what a lab would cost, before there is one')
  .argument('[stack]', 'the stack', DEFAULT_STACK)
  .option('-c, --config <lab:key=value>', 'as with up, but not kept', collect, [])
  .addOption(jsonOption)
  .action(async (stack: string, { config, json }: { config: string[]; json?: true }) => {
    const { costAsJson, formatCost, readCost } = await import('./verbs/cost.ts');
    // A lab that is still to come has its price where its cloud is said: any other new name would be one on this machine, for nothing.
    if (!config.some((setting) => setting.startsWith('lab:cloud='))) await requireLab(context, checkStackName(stack));
    const cost = await readCost(context.paths.projectDir, checkStackName(stack), config);
    print(json ? costAsJson(cost) : formatCost(cost, stack));
  });

program
  .command('expire')
  .description('give back every lab whose time (lab:ttl) is over; made for cron')
  .option('--dry-run', 'only say which ones')
  .addOption(jsonOption)
  .action(async ({ dryRun, json }: { dryRun?: true; json?: true }) => {
    const { expire, formatExpiries, isAllGone } = await import('./verbs/expire.ts');
    const { createExpireWork } = await import('./expire-work.ts');
    const result = await expire(await createExpireWork(context, report, dryRun === true));
    print(json ? JSON.stringify(result, undefined, 2) : formatExpiries(result));
    if (!isAllGone(result)) process.exitCode = 1;
  });

program
  .command('status')
  .description("show each service of a lab, healthy or why not, and Kafka's topics and groups")
  .argument('[stack]', 'the stack', DEFAULT_STACK)
  .addOption(jsonOption)
  .action(async (stack: string, { json }: { json?: true }) => {
    const { formatStatus, isHealthy, readStatus } = await import('./verbs/status.ts');
    const status = await readStatus(await outputsOf(stack));
    print(json ? JSON.stringify(status, undefined, 2) : formatStatus(status));
    if (!isHealthy(status)) process.exitCode = 1;
  });

program
  .command('doctor')
  .description('show what this machine, and the cloud of a stack, lack for it, each with its fix')
  .argument('[stack]', 'the stack', DEFAULT_STACK)
  .option('-c, --config <lab:key=value>', 'as with up, but not kept', collect, [])
  .addOption(jsonOption)
  .action(async (stack: string, { config, json }: { config: string[]; json?: true }) => {
    const { diagnose, formatDiagnoses } = await import('./verbs/doctor.ts');
    const diagnoses = await diagnose(context, checkStackName(stack), config);
    print(json ? JSON.stringify(diagnoses, undefined, 2) : formatDiagnoses(diagnoses));
    if (diagnoses.some(({ ok }) => !ok)) process.exitCode = 1;
  });

program
  .command('logs')
  .description("show a host's journal")
  .argument('<host>', 'such as web or ci-1')
  .addOption(stackOption)
  .option('-u, --unit <unit>', 'one unit alone, such as web.service')
  .option('-n, --lines <count>', 'how many lines', '200')
  .option('-f, --follow', 'go on as lines come')
  .action(
    async (
      host: string,
      { stack, unit, lines, follow }: { stack: string; unit?: string; lines: string; follow?: true },
    ) => {
      if (!/^\d{1,6}$/.test(lines)) throw new Problem(`--lines takes a number, not "${lines}".`);
      if (unit !== undefined && !/^[\w@.-]+$/.test(unit)) throw new Problem(`"${unit}" cannot be a unit.`);
      const command = [
        'sudo',
        'journalctl',
        '--no-pager',
        `--lines=${lines}`,
        ...(unit ? [`--unit=${unit}`] : []),
        ...(follow ? ['--follow'] : []),
      ];
      process.exitCode = await attachToHost(await reachOf(stack), host, command, follow === true);
    },
  );

program
  .command('ssh')
  .description('log in on a host, or run a command there')
  .argument('<host>', 'such as web or ci-1')
  .argument('[command...]')
  .addOption(stackOption)
  .passThroughOptions()
  .action(async (host: string, command: string[], { stack }: { stack: string }) => {
    process.exitCode = await attachToHost(await reachOf(stack), host, command, false);
  });

program
  .command('open')
  .description("open the lab's page in a browser")
  .argument('[stack]', 'the stack', DEFAULT_STACK)
  .action(async (stack: string) => {
    const { webUrl } = await outputsOf(stack);
    print(webUrl);
    process.exitCode = await attach(process.platform === 'darwin' ? 'open' : 'xdg-open', [webUrl]).catch(() => 0);
  });

program
  .command('ci')
  .description('look after the CI service')
  .command('cancel')
  .description('end a run that is queued or running')
  .argument('<run>', 'its id, or the address of its page')
  .addOption(stackOption)
  .action(async (run: string, { stack }: { stack: string }) => {
    const { cancelRun } = await import('./verbs/cancel-run.ts');
    print(await cancelRun(await reachOf(stack), run));
  });

addClientVerbs(program, { context, report, stackOption });

program
  .command('test')
  .description('check everything: lint, types, unit tests, and a lab of its own from end to end')
  .addOption(testFlag('--unit', 'without the lab from end to end'))
  .addOption(
    testFlag(
      '--faults',
      'only a lab whose services and hosts are killed, stopped, paused, replaced and full, with one broker and with three',
    ),
  )
  .addOption(testFlag('--servers', 'only what apps do on a database, and on a broker that is killed, without a lab'))
  .addOption(testFlag('--one-host', 'only a lab that has all roles on one host'))
  .addOption(testFlag('--machines', 'only the user-data of hosts, on a Debian with no program of the lab'))
  .addOption(testFlag('--vm', 'the same in real virtual machines, by software where the processor cannot'))
  .addOption(
    testFlag(
      '--stack <stack>',
      'only a lab on its cloud: bring it up, ask it all that can be asked from outside, give it back',
    ),
  )
  .action(async ({ stack, ...flags }: TestFlags) => {
    const { runTests } = await import('./verbs/test.ts');
    const [flag = 'all'] = Object.keys(flags) as (keyof typeof flags)[];
    const scope = stack === undefined ? flag : { stack: checkStackName(stack) };
    process.exitCode = await runTests({ context, report, scope });
  });

program
  .command('env')
  .description('print what puts pulumi on PATH: eval "$(./lab env)"')
  .action(async () => {
    for (const [name, value] of Object.entries(await preparePulumi(context, report)))
      print(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
  });

program
  .command('pulumi')
  .description('run the Pulumi CLI with the state of the lab, such as ./lab pulumi preview -s dev')
  .argument('[args...]')
  .passThroughOptions()
  .allowUnknownOption()
  .helpOption(false)
  .action(async (args: string[]) => {
    const env = { ...process.env, ...(await preparePulumi(context, report)) };
    process.exitCode = await attach('pulumi', args, { cwd: context.paths.projectDir, env });
  });

async function outputsOf(stack: string): Promise<LabOutputs> {
  await requireLab(context, checkStackName(stack));
  return readOutputs(context, stack);
}

/** For looking at hosts: also at those of a lab that did not come up, whose keys no `up` has noted. */
async function reachOf(stack: string): Promise<LabReach> {
  await requireLab(context, checkStackName(stack));
  const reach = readReach(context, stack);
  writeClientFiles(context, stack, reach);
  return reach;
}

/** Ctrl-C in the middle loses nothing: that is worth a line. */
function sayWhenInterrupted(): void {
  for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
    process.once(signal, () => {
      process.stderr.write('\nlab: interrupted. The next ./lab up or ./lab down goes on from here.\n');
      // After whoever else has to know.
      setImmediate(() => process.exit(status));
    });
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  await program.parseAsync();
} catch (error) {
  const known = error instanceof Problem;
  process.stderr.write(
    `\nlab: ${known || process.env.LAB_DEBUG === undefined ? (error as Error).message : (error as Error).stack}\n`,
  );
  process.exitCode = 1;
}
// A step that another one's error made pointless may still be at work.
process.exit();
