/** The command line of producer and consumer: the lecture's flags with one dash, and the usual long ones. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

export interface StreamOptions {
  /** `host:port` of the broker to ask first. */
  broker: string;
  topic: string;
  username?: string;
  password?: string;
  /** File with the authority's certificate, PEM. */
  ca?: string;
}

/** The arguments don't fit, or help was asked for: `text` is what to print, `exitCode` how to end. */
export class ArgumentsError extends Error {
  override readonly name = 'ArgumentsError';
  readonly exitCode: number;
  constructor(text: string, exitCode: number) {
    super(text);
    this.exitCode = exitCode;
  }
}

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

function parseBroker(text: string): string {
  if (!/^[^\s,]+:\d+$/.test(text)) throw new InvalidArgumentError('A broker is written host:port.');
  return text;
}

/** A whole number from 1 on. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('A whole number from 1 on is wanted.');
  return Number(text);
}

/** A number of seconds, more than 0. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0) throw new InvalidArgumentError('A number of seconds is wanted.');
  return seconds;
}

/** A command with the options that producer and consumer share. */
export function streamCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption('-h, --help', 'show this help')
    .addOption(new Option('--broker <host:port>', 'the Kafka broker').env('KAFKA_BOOTSTRAP').argParser(parseBroker))
    .addOption(new Option('--ip <host>', `host of the broker, also -ip (default: ${DEFAULT_HOST})`))
    .addOption(
      new Option('--port <port>', `port of the broker, also -port (default: ${DEFAULT_PORT})`).argParser(parsePort),
    )
    .addOption(new Option('--topic <topic>', 'the topic, also -topic').default('test_topic'))
    .addOption(new Option('--username <name>', 'account, for SCRAM over TLS').env('KAFKA_USERNAME'))
    .addOption(new Option('--password <password>', 'its password').env('KAFKA_PASSWORD'))
    .addOption(new Option('--ca <file>', "certificate of the broker's authority, PEM").env('KAFKA_CA'));
}

const unifyDashes = (argument: string): string => {
  const [flag = argument] = argument.split('=', 1);
  return SINGLE_DASH.has(flag) ? `-${argument}` : argument;
};

type Flags = Partial<Record<string, unknown>>;

const textOf = (flags: Flags, name: string): string | undefined => {
  const value = flags[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The broker: what the command line says goes before what the environment says. */
function brokerOf(command: Command, flags: Flags): string {
  const named = textOf(flags, 'ip') !== undefined || flags.port !== undefined;
  const broker = textOf(flags, 'broker');
  if (broker !== undefined && !(named && command.getOptionValueSource('broker') === 'env')) return broker;
  return `${textOf(flags, 'ip') ?? DEFAULT_HOST}:${Number(flags.port ?? DEFAULT_PORT)}`;
}

/**
 * Parses the arguments after the program's name.
 * @throws ArgumentsError with the help (exit code 0) or with what is wrong (exit code 2).
 */
export function parseArguments(command: Command, args: readonly string[]): StreamOptions & Flags {
  try {
    command.parse(args.map(unifyDashes), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new ArgumentsError(command.helpInformation(), 0);
    throw new ArgumentsError(`${command.name()}: ${error.message.replace(/^error: /, '')}`, 2);
  }
  const flags: Flags = command.opts();
  const secrets = ['username', 'password', 'ca'].flatMap((name) => {
    const value = textOf(flags, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const { username: _u, password: _p, ca: _c, ip: _i, port: _o, ...rest } = flags;
  const options = { ...rest, ...Object.fromEntries(secrets) };
  const result = { ...options, broker: brokerOf(command, flags), topic: textOf(flags, 'topic') ?? 'test_topic' };
  if ('username' in options && !('password' in options)) {
    throw new ArgumentsError(`${command.name()}: a username needs a password (--password or KAFKA_PASSWORD)`, 2);
  }
  return result;
}
