/** The command lines: the lecture's flags with one dash, the usual long ones, and where the lab is. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Cluster } from './client/client.ts';
import { StreamError } from './client/errors.ts';
import { type Environment, readClientFile, variable } from './client-file.ts';

/** The arguments don't fit, or help was asked for: `message` is what to print, `exitCode` how to end. */
export class ArgumentsError extends Error {
  override readonly name = 'ArgumentsError';
  readonly exitCode: number;
  constructor(text: string, exitCode: number) {
    super(text);
    this.exitCode = exitCode;
  }
}

/** What the command line says, by the long name of each flag. */
export type Flags = Readonly<Partial<Record<string, unknown>>>;

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 9092;
/** The lecture's flags, which a usual parser would read as `-i p`. */
const SINGLE_DASH = new Set(['-ip', '-port', '-topic', '-groupid']);

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('A port is a whole number from 1 to 65535.');
  }
  return port;
}

function parseBrokers(text: string): string {
  if (!/^[^\s,]+:\d+(,[^\s,]+:\d+)*$/.test(text)) {
    throw new InvalidArgumentError('A broker is written host:port, several with commas between.');
  }
  return text;
}

/** A whole number from 1 on. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 on is wanted.');
  return Number(text);
}

/** A number that is more than 0. */
export function parsePositive(text: string): number {
  const number = Number(text);
  if (!/^[\d.]+$/.test(text) || !Number.isFinite(number) || number <= 0) {
    throw new InvalidArgumentError('A number that is more than 0 is wanted.');
  }
  return number;
}

/** The name of a load: letters and digits. */
export function parseRun(text: string): string {
  if (!/^[a-z0-9]{1,32}$/i.test(text)) throw new InvalidArgumentError('A run is named by 1 to 32 letters and digits.');
  return text;
}

/** A topic, as Kafka allows them. */
export function parseTopic(text: string): string {
  if (!/^[\w.-]{1,249}$/.test(text)) {
    throw new InvalidArgumentError('A topic has letters, digits, dots, dashes and underscores.');
  }
  return text;
}

/** A command that prints and ends nothing by itself. */
export function baseCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .allowExcessArguments(false)
    .showSuggestionAfterError(false)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption('-h, --help', 'show this help');
}

/** The option that says which lab of this machine is meant. */
export const stackOption = (): Option =>
  new Option('--stack <name>', 'the lab on this machine to use (default: LAB_STACK, or dev)');

/** Adds the options that say which cluster, and as whom. */
export function addClusterOptions(command: Command): Command {
  return command
    .optionsGroup('Where Kafka is (without any of these: the lab on this machine):')
    .addOption(
      new Option('--broker <host:port,…>', 'the brokers, also --bootstrap-server; or KAFKA_BOOTSTRAP').argParser(
        parseBrokers,
      ),
    )
    .addOption(new Option('--bootstrap-server <host:port>').argParser(parseBrokers).hideHelp())
    .addOption(new Option('--ip <host>', `host of one broker, also -ip (default: ${DEFAULT_HOST})`))
    .addOption(new Option('--port <port>', `its port, also -port (default: ${DEFAULT_PORT})`).argParser(parsePort))
    .addOption(new Option('--username <name>', 'account, SCRAM-SHA-512 over TLS; or KAFKA_USERNAME'))
    .addOption(new Option('--password <password>', 'its password; or KAFKA_PASSWORD, which others cannot see'))
    .addOption(new Option('--ca <file>', "certificate of the brokers' authority, PEM; or KAFKA_CA"))
    .addOption(stackOption());
}

const unifyDashes = (argument: string): string => {
  const [flag = argument] = argument.split('=', 1);
  return SINGLE_DASH.has(flag) ? `-${argument}` : argument;
};

/** The text that was given for a flag, if any. */
export const textOf = (flags: Flags, name: string): string | undefined => {
  const value = flags[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The number that was given for a flag, if any. */
export const numberOf = (flags: Flags, name: string): number | undefined => {
  const value = flags[name];
  return typeof value === 'number' ? value : undefined;
};

/**
 * Parses the arguments after the program's name.
 * @throws ArgumentsError with the help (exit code 0) or with what is wrong (exit code 2).
 */
export function parseArguments(command: Command, args: readonly string[]): Flags {
  try {
    command.parse(args.map(unifyDashes), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new ArgumentsError(helpText(command), 0);
    throw new ArgumentsError(`${command.name()}: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}`, 2);
  }
  return { ...command.opts(), ...namedArguments(command) };
}

const namedArguments = (command: Command): Flags =>
  Object.fromEntries(
    command.registeredArguments.map((argument, index) => [argument.name(), command.processedArgs[index]]),
  );

/** The help with the examples that follow it. */
function helpText(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (piece) => {
      text += piece;
    },
  });
  command.outputHelp();
  return text;
}

/**
 * Which cluster: flags before the environment, that before the lab on this machine, and at last a broker of this machine.
 * @throws ArgumentsError for a username without a password; StreamError for a file that cannot be read.
 */
export function findCluster(name: string, flags: Flags, environment: Environment): Cluster {
  const typed = textOf(flags, 'broker') ?? textOf(flags, 'bootstrapServer') ?? typedHost(flags);
  const inEnvironment = variable(environment, 'KAFKA_BOOTSTRAP');
  // A broker that is named is not taken for that of the lab, with the lab's account.
  const named = typed ?? (flags.stack === undefined ? inEnvironment : undefined);
  const file = named === undefined ? readClientFile(textOf(flags, 'stack'), environment) : undefined;
  const brokers = named ?? file?.kafkaBootstrap ?? `${DEFAULT_HOST}:${DEFAULT_PORT}`;
  const variables = flags.stack === undefined ? environment : {};
  const username = textOf(flags, 'username') ?? variable(variables, 'KAFKA_USERNAME') ?? file?.kafkaUsername;
  const password = textOf(flags, 'password') ?? variable(variables, 'KAFKA_PASSWORD') ?? file?.kafkaPassword;
  const ca = textOf(flags, 'ca') ?? variable(variables, 'KAFKA_CA') ?? file?.caFile;
  if (username !== undefined && password === undefined) {
    throw new ArgumentsError(`${name}: a username needs a password (--password or KAFKA_PASSWORD)`, 2);
  }
  return {
    brokers: brokers.split(','),
    ...(username === undefined || password === undefined ? {} : { username, password }),
    ...(ca === undefined || username === undefined ? {} : { ca: readAuthority(ca) }),
  };
}

function typedHost(flags: Flags): string | undefined {
  if (textOf(flags, 'ip') === undefined && flags.port === undefined) return undefined;
  const host = textOf(flags, 'ip') ?? DEFAULT_HOST;
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${numberOf(flags, 'port') ?? DEFAULT_PORT}`;
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StreamError(`The certificate file ${file} cannot be read.`, { cause });
  }
}
