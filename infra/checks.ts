/** What a host asks its units, to tell whether they do what they are for. All of it is data. */
import type { LabConfig } from './config.ts';
import { isPlainName } from './naming.ts';

/** How a unit shows that it does what it is for, asked on the host itself by cloud-init/files/host-status. */
export type Check = {
  unit: string;
  /** What the lab's status calls it, where a unit has several things to show; its unit without this. */
  name?: string;
} & (
  | { kind: 'active' }
  /** Somebody listens at a Unix socket. */
  | { kind: 'socket'; path: string }
  | { kind: 'tcp'; port: number }
  /** The URL answers with a status, 200 without one; with `socket`, over that Unix socket. */
  | { kind: 'http'; url: string; status?: number; socket?: string }
  /** A program that uses the service as its clients do. It costs the most, and is run once the unit's other checks are passed. */
  | { kind: 'command'; argv: readonly string[] }
);

/** Asks for what a clone begins with, of each of the lab's own repositories; where there is none, Git has to say so. */
export function describeClones({ ciRepositories }: LabConfig): readonly Check[] {
  const clone = (repository: string) => ({
    unit: 'fcgiwrap.socket',
    kind: 'http' as const,
    url: `http://127.0.0.1:8080/git/${repository}.git/info/refs?service=git-upload-pack`,
  });
  const own = ciRepositories.filter(isPlainName);
  return own.length === 0
    ? [{ ...clone('no-repository'), status: 404 }]
    : own.map((repository) => ({ ...clone(repository), name: `clone of ${repository}` }));
}
