/** How clouds differ, as properties: what describes a lab asks for these, never for a cloud's name. Loads no SDK. */
import type { CloudName } from './config.ts';

export type CloudTraits = {
  /** The machine image holds the packages and programs of every role: user-data names none, and a boot downloads nothing. */
  softwareInImage: boolean;
  /** Its machines are somewhere else: they are reached over a network that others are on, too. */
  remote: boolean;
  /** Who shuts machines down each day, by `lab:shutdownAt`: the cloud, which also gives them back, each machine itself, or nobody. */
  shutdown: 'cloud' | 'machine' | 'nobody';
  /** What it makes costs money: somebody has to be named as its owner, and there are a budget and an end. */
  costs: boolean;
  /** Offers blob storage as a service, so that no host has to. */
  blobService: boolean;
  /** Runs a container image as it is, so that no host has to. */
  containerInstances: boolean;
  /** Runs a function as a service, so that no host has to. */
  functionService: boolean;
  /** Offers MySQL as a service, by `lab:managedDatabase`. */
  managedDatabase: boolean;
  /** Delivers a web app straight from a Git repository, by `lab:appServiceRepository`. */
  appService: boolean;
  /** Its hosts have names that the whole internet knows, so that a public authority vouches for them. */
  publicNames: boolean;
};

export const CLOUD_TRAITS: Record<CloudName, CloudTraits> = {
  local: {
    softwareInImage: true,
    remote: false,
    shutdown: 'nobody',
    costs: false,
    blobService: false,
    containerInstances: true,
    functionService: false,
    managedDatabase: false,
    appService: false,
    publicNames: false,
  },
  azure: {
    softwareInImage: false,
    remote: true,
    shutdown: 'cloud',
    costs: true,
    blobService: true,
    containerInstances: true,
    functionService: true,
    managedDatabase: true,
    appService: true,
    publicNames: true,
  },
  openstack: {
    softwareInImage: false,
    remote: true,
    shutdown: 'machine',
    costs: false,
    // Whether there is an object store for what hosts boot from is asked of the cloud itself.
    blobService: false,
    containerInstances: false,
    functionService: false,
    managedDatabase: false,
    appService: false,
    publicNames: false,
  },
};
