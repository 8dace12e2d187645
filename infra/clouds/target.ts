/** The contract of a cloud outside of Pulumi: what the launcher does before an update and asks after one. */
import type { Lab } from '../lab.ts';

/** Something of a lab that the cloud itself knows of. */
export type TargetResource = {
  kind: 'container' | 'network' | 'volume' | 'image';
  /** As Pulumi's state has it. */
  id: string;
  name: string;
};

export type Prepare = {
  projectDir: string;
  cacheDir: string;
  dataDir: string;
  /** Runs a part of the work under a name; `say` tells what it is at. */
  step<T>(name: string, run: (say: (text: string) => void) => Promise<T>): Promise<T>;
};

export type CloudTarget = {
  /** Makes ready what a lab needs beside Pulumi, as far as it is missing. */
  prepare(work: Prepare): Promise<void>;
  /** What stands in the way of this lab, in words; empty where nothing does. */
  findObstacles(lab: Lab): Promise<string[]>;
  /** Everything of a stack, asked of the cloud and not of Pulumi's state. */
  listResources(stack: string): Promise<TargetResource[]>;
  /** Removes them, machines first; what cannot be removed stays and is found by the next `listResources`. */
  removeResources(resources: readonly TargetResource[]): Promise<void>;
};
