/** The contract of a cloud: what the lab asks of it, in which order, and what it may rely on. */
import type * as pulumi from '@pulumi/pulumi';
import type { Artifact } from '../artifacts.ts';
import type { Inventory } from '../inventory.ts';
import type { Host } from '../lab.ts';
import type { ArtifactSource } from '../variables.ts';

/** How clouds differ, as properties: nothing outside of a cloud's folder asks for its name. */
export type CloudTraits = {
  /** The machine image holds the packages of every role: user-data names none. */
  packagesInImage: boolean;
  /** Bytes of user-data that a machine can be given. */
  userDataLimit: number;
};

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
  readonly traits: CloudTraits;
  /** Every host's addresses: fixed before any machine boots, so that user-data can name the others. */
  readonly inventory: pulumi.Output<Inventory>;
  /** Puts artifacts where a host can fetch them, by the addresses returned. */
  offerArtifacts(artifacts: readonly Artifact[]): pulumi.Output<ArtifactSource[]>;
  /** A machine for a host. It is replaced, not changed, when anything of `boot` changes; its volume outlives it. */
  boot(host: Host, boot: HostBoot): Machine;
  /** The command line, on the operator's machine, that runs a command as root on a host that has booted. */
  commandOn(host: Host, argv: readonly string[]): pulumi.Input<string[]>;
  /** Names and addresses under which a host's listeners are reached: what its certificate holds. */
  namesOf(host: Host): pulumi.Input<string[]>;
};
