/** The contract of a cloud: what the lab asks of it, in which order, and what it may rely on. */
import type * as pulumi from '@pulumi/pulumi';
import type { Artifact } from '../artifacts.ts';
import type { Inventory } from '../inventory.ts';
import type { Host } from '../lab.ts';
import type { ContainerInstance, FunctionService } from '../services.ts';
import type { ArtifactSource } from '../variables.ts';

/** What a machine needs to become a host. */
export type HostBoot = {
  userData: pulumi.Input<string>;
  artifacts: readonly Artifact[];
  /** Absolute path -> text. Files of root, mode 0600, there before cloud-init runs, never in user-data or a metadata service. */
  secretFiles: pulumi.Input<Record<string, string>>;
};

/** A machine that was asked for; it is there when its resource is. */
export type Machine = {
  host: Host;
  resource: pulumi.Resource;
  id: pulumi.Output<string>;
};

/**
 * A cloud that was chosen for one lab. Choosing it asks for networks, addresses and firewalls, from the declared ports alone;
 * `offerArtifacts` and `boot` are then called once for each host.
 */
export type Cloud = {
  /** Every host's addresses: fixed before any machine boots, so that user-data can name the others. */
  readonly inventory: pulumi.Output<Inventory>;
  /** Puts artifacts where a host can fetch them, by the addresses returned. */
  offerArtifacts(artifacts: readonly Artifact[]): pulumi.Output<ArtifactSource[]>;
  /** A machine for a host. It is replaced, not changed, when anything of `boot` changes; its volume outlives it. */
  boot(host: Host, boot: HostBoot): Machine;
  /** The command line, on the operator's machine, that runs a command as root on a host that has booted. */
  commandOn(host: Host, argv: readonly string[], login: HostLogin): pulumi.Input<string[]>;
  /** Names and addresses under which a host's listeners are reached: what its certificate holds. */
  namesOf(host: Host): pulumi.Input<string[]>;
  /** Builds an image from an artifact with a Dockerfile, and runs it. @returns its address, once it runs */
  runContainer(container: ContainerInstance, artifact: Artifact): pulumi.Output<string>;
  /** Only where the cloud has functions as a service. @returns the address below which the function is called, once it is there */
  runFunction?(service: FunctionService, artifact: Artifact): pulumi.Output<string>;
};

/** What logging in on a host takes. */
export type HostLogin = {
  /** The operator's private key. */
  keyFile: string;
  /** The host's public key, as a line of known_hosts without the address. */
  hostKey: pulumi.Input<string>;
};
