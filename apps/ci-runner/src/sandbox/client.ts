/** The runner's end of a sandbox: one connection to one place for a job, kept until the job is over. */
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Value } from 'typebox/value';
import { ENDING_TRAILER } from './app.ts';
import { type JobFile, RefusedFile } from './job-files.ts';
import { StepEnding, type StepRequest } from './step.ts';

/** The sandbox itself went away: its unit was killed, or could not be made. Not the job's fault, or so much that it can't be told. */
export class SandboxGone extends Error {
  override readonly name = 'SandboxGone';
}

export interface Sandbox {
  /** The same sandbox, which ends at once when `signal` aborts. */
  under(signal: AbortSignal): Sandbox;
  /** Runs a step; `onOutput` gets what it prints. @throws SandboxGone */
  run(step: StepRequest, onOutput: (chunk: Buffer) => void): Promise<StepEnding>;
  /** Reads a file below the job's folder; undefined where there is none. @throws RefusedFile, SandboxGone */
  read(path: string, maxBytes: number): Promise<Buffer | undefined>;
  /** The plain files in a folder, and with `deep` in all below it; relative to it, sorted. @throws RefusedFile, SandboxGone */
  list(folder: string, max: number, options: { deep: boolean }): Promise<JobFile[]>;
  /** Writes a new file. @throws RefusedFile, SandboxGone */
  write(path: string, content: string): Promise<void>;
  /** Stores folders of the job as packages that jobs share; only in the sandbox that fetches them. @throws SandboxGone */
  storePackages(key: string, folders: readonly string[]): Promise<void>;
  /** Removes all packages that jobs share; only there. @throws SandboxGone */
  clearPackages(): Promise<void>;
  /** Returns the bytes that they take; only there. @throws SandboxGone */
  measurePackages(): Promise<number>;
  /** Ends the sandbox with all that is in it; resolves when it has hung up. */
  close(): Promise<void>;
}

const CLOSE_LIMIT_MS = 5_000;

/** Opens the sandbox behind a socket; an aborted `signal` ends it at once. @throws SandboxGone where nothing answers */
export async function openSandbox(socketPath: string, signal: AbortSignal): Promise<Sandbox> {
  const sandbox = talkTo(socketPath, new Agent({ keepAlive: true, maxSockets: 1 }), signal);
  // The first answer says that the unit is up.
  await sandbox.list('', 1, { deep: false });
  return sandbox;
}

function talkTo(socketPath: string, agent: Agent, signal: AbortSignal): Sandbox {
  const send = async (options: RequestOptions, body?: string): Promise<IncomingMessage> => {
    const request = httpRequest({ ...options, socketPath, agent, signal });
    try {
      request.end(body);
      const [response] = (await once(request, 'response', { signal })) as [IncomingMessage];
      return response;
    } catch (cause) {
      signal.throwIfAborted();
      throw new SandboxGone('The sandbox does not answer.', { cause });
    }
  };

  const receive = async (response: IncomingMessage): Promise<Buffer> => {
    const content = await buffer(response).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new SandboxGone('The sandbox ended in the middle of an answer.', { cause });
    });
    if (response.statusCode === 422) throw new RefusedFile(textOf(content));
    if (response.statusCode !== undefined && response.statusCode >= 400 && response.statusCode !== 404) {
      throw new SandboxGone(`The sandbox refused: ${textOf(content)}`);
    }
    return content;
  };

  /** As `receive`, where a missing route is a mistake of the lab's own. */
  const demand = async (options: RequestOptions, body?: string): Promise<Buffer> => {
    const response = await send(options, body);
    const content = await receive(response);
    if (response.statusCode === 404) throw new SandboxGone('This sandbox stores no packages.');
    return content;
  };

  return {
    under: (other) => talkTo(socketPath, agent, other),
    async run(step, onOutput) {
      const headers = { 'content-type': 'application/json' };
      const response = await send({ method: 'POST', path: '/steps', headers }, JSON.stringify(step));
      if (response.statusCode !== 200) await receive(response);
      try {
        for await (const chunk of response) onOutput(chunk as Buffer);
      } catch (cause) {
        signal.throwIfAborted();
        throw new SandboxGone('The sandbox ended before its step did.', { cause });
      }
      const ending: unknown = JSON.parse(String(response.trailers[ENDING_TRAILER] ?? 'null'));
      if (!Value.Check(StepEnding, ending)) throw new SandboxGone('The sandbox did not say how its step ended.');
      return ending;
    },
    async read(path, maxBytes) {
      const response = await send({ path: `/files/${encodePath(path)}?max=${maxBytes}` });
      const content = await receive(response);
      return response.statusCode === 404 ? undefined : content;
    },
    async list(folder, max, { deep }) {
      const content = await receive(await send({ path: `/folders/${encodePath(folder)}?max=${max}&deep=${deep}` }));
      return (JSON.parse(content.toString('utf8')) as { files: JobFile[] }).files;
    },
    async write(path, content) {
      const headers = { 'content-type': 'application/octet-stream' };
      await receive(await send({ method: 'PUT', path: `/files/${encodePath(path)}`, headers }, content));
    },
    async storePackages(key, folders) {
      const headers = { 'content-type': 'application/json' };
      await demand({ method: 'PUT', path: `/packages/${key}`, headers }, JSON.stringify({ folders }));
    },
    async clearPackages() {
      await demand({ method: 'DELETE', path: '/packages' });
    },
    async measurePackages() {
      const content = await demand({ path: '/packages' });
      return (JSON.parse(content.toString('utf8')) as { bytes: number }).bytes;
    },
    async close() {
      const sockets = Object.values(agent.freeSockets).flatMap((each) => each ?? []);
      const closed = sockets.map((socket) => once(socket, 'close', { signal: AbortSignal.timeout(CLOSE_LIMIT_MS) }));
      agent.destroy();
      await Promise.allSettled(closed);
    },
  };
}

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

function textOf(content: Buffer): string {
  try {
    return (JSON.parse(content.toString('utf8')) as { text: string }).text;
  } catch {
    return content.toString('utf8');
  }
}
