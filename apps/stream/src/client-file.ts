/** What a lab on this machine says of itself to the command lines: where it is, and as whom it is used. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { StreamError } from './client/errors.ts';

/** Written when a lab comes up, for its owner alone. */
export const ClientFile = Type.Object({
  kafkaBootstrap: Type.Optional(Type.String({ description: 'host:port of the brokers, separated by commas' })),
  kafkaUsername: Type.Optional(Type.String()),
  kafkaPassword: Type.Optional(Type.String()),
  caFile: Type.Optional(Type.String({ description: "file with the certificate of the lab's authority, PEM" })),
  apiUrl: Type.Optional(Type.String({ description: 'http://…/api/v1' })),
});
export type ClientFile = Static<typeof ClientFile>;

export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_STACK = 'dev';

/** A variable that is set, and not to nothing. */
export const variable = (environment: Environment, name: string): string | undefined => {
  const value = environment[name];
  return value === '' ? undefined : value;
};

/** Where the file of a lab is. */
export function clientFilePath(stack: string, environment: Environment): string {
  const data = variable(environment, 'XDG_DATA_HOME') ?? join(homedir(), '.local', 'share');
  return join(data, 'cloud-lab', 'clients', `${stack}.json`);
}

/**
 * Reads the file of the lab that is named, or else LAB_STACK, or else dev. Nothing where there is no such lab and none was named.
 * @throws StreamError where a lab was named that is not there, or its file cannot be used.
 */
export function readClientFile(stack: string | undefined, environment: Environment): ClientFile | undefined {
  const named = stack ?? variable(environment, 'LAB_STACK');
  const name = named ?? DEFAULT_STACK;
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) throw new StreamError(`A lab cannot be called ${JSON.stringify(name)}.`);
  const path = clientFilePath(name, environment);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new StreamError(`The file ${path} cannot be read: ${(cause as Error).message}`, { cause });
    }
    if (named === undefined) return undefined;
    throw new StreamError(`There is no lab ${name} on this machine: ./lab up ${name} brings one up (${path}).`);
  }
  try {
    const content: unknown = JSON.parse(text);
    if (Value.Check(ClientFile, content)) return content;
  } catch {
    // The same words as for content of another shape.
  }
  throw new StreamError(`The file ${path} does not say how to reach a lab: ./lab up ${name} writes it anew.`);
}
