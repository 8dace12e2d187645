/** The contract of a cloud outside of Pulumi: what the launcher does before an update and asks after one. */
import type { Estimate } from '../estimate.ts';
import type { Lab } from '../lab.ts';
import { Problem } from '../problem.ts';

/** Something of a lab that the cloud itself knows of. */
export type TargetResource = {
  /** What it is, in the cloud's own word, such as `container` or `resource group`. */
  kind: string;
  /** As `knownAs` makes it of what Pulumi's state has. */
  id: string;
  name: string;
};

export type Prepare = {
  stack: string;
  projectDir: string;
  cacheDir: string;
  dataDir: string;
  /** Whether Pulumi handles container images, which takes a container engine also where no host runs on this machine. */
  images: boolean;
  /** Runs a part of the work under a name; `say` tells what it is at. */
  step<T>(name: string, run: (say: (text: string) => void) => Promise<T>): Promise<T>;
};

/** A lab whose time is over, as its cloud knows. */
export type ExpiredLab = { stack: string; expiresAt: Date };

/** Nobody has logged in to the cloud on this machine: it cannot be asked anything. */
export class NoLogin extends Problem {
  override name = 'NoLogin';
}

export type CloudTarget = {
  /** Plugins of Pulumi, such as `azure-native`, that an update downloads, beside the one that comes with the engine. */
  readonly plugins: readonly string[];
  /**
   * Makes ready what a lab needs beside Pulumi, as far as it is missing.
   * @throws NoLogin
   */
  prepare(work: Prepare): Promise<void>;
  /**
   * Settings, `lab:key=value`, by which this lab keeps clear of the others that are there; its stack's file keeps them, so that it stays
   * where it is. Only where labs can get in each other's way.
   */
  chooseSettings?(lab: Lab): Promise<string[]>;
  /** What stands in the way of this lab, in words; empty where nothing does. */
  findObstacles(lab: Lab): Promise<string[]>;
  /** Everything of a stack, asked of the cloud and not of Pulumi's state. */
  listResources(stack: string): Promise<TargetResource[]>;
  /**
   * Removes them, machines first; what cannot be removed stays and is found by the next `listResources`. Returns when they are gone,
   * which may take minutes: `say` then tells how it goes.
   */
  removeResources(resources: readonly TargetResource[], say: (text: string) => void): Promise<void>;
  /** The id under which `listResources` tells of a resource of Pulumi's state; undefined where it tells nothing of that type. */
  knownAs(resource: { type: string; id: string }): string | undefined;
  /**
   * Whether a resource that the state does not know is to be removed before an update: an interrupted one left it, and the next one
   * would make it again beside it.
   */
  isLeftover(resource: TargetResource): boolean;
  /** What the lab costs, from its description alone; only where a cloud costs. */
  estimateCost?(lab: Lab): Estimate;
  /** What to do about an error of the provider, in one sentence; undefined where the error has to speak for itself. */
  explainError?(text: string): string | undefined;
  /**
   * The labs whose time is over by what the cloud knows, also those that this user's state does not hold.
   * @throws NoLogin
   */
  listExpired?(now: Date): Promise<ExpiredLab[]>;
};
