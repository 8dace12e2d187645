/** The contract of a cloud: what the lab asks of it, in which order, and what it may rely on. */
import type * as pulumi from '@pulumi/pulumi';
import type { Artifact } from '../artifacts.ts';
import type { Inventory } from '../inventory.ts';
import type { Host } from '../lab.ts';
import type { ContainerInstance, FunctionService } from '../services.ts';
import type { HostFiles } from '../variables.ts';

/** What a host fetches, or is given, before it is one. */
export type HostOffer = {
  artifacts: readonly Artifact[];
  /** Absolute path -> text. Files of root, mode 0600, there before any service starts, never in user-data or a metadata service. */
  secretFiles: pulumi.Input<Record<string, string>>;
  /** Another text whenever anything that the machine boots from is another: addresses made for one boot are made anew. */
  version: pulumi.Input<string>;
};

/** What a machine needs to become a host: what was offered to it, and the user-data that says so. */
export type HostBoot = HostOffer & {
  userData: pulumi.Input<string>;
  /** Who may log in as `lab`: one line of an OpenSSH public key. */
  sshPublicKey: string;
  /** How that one logs in, for a cloud that has to bring something to its machines. */
  login: HostLogin;
};

/** What a cloud is made with, beside the lab. */
export type CloudOptions = {
  projectDir: string;
  /** When the lab may be destroyed, ISO 8601: what it makes says so where the cloud has a place for it. */
  expires?: pulumi.Output<string>;
};

/** A machine that was asked for; it is there when its resource is. */
export type Machine = {
  host: Host;
  resource: pulumi.Resource;
  id: pulumi.Output<string>;
};

/**
 * A cloud that was chosen for one lab. Choosing it asks for networks, addresses and firewalls, from the declared ports alone;
 * `offerFiles` and `boot` are then called once for each host.
 */
export type Cloud = {
  /** Every host's addresses: fixed before any machine boots, so that user-data can name the others. */
  readonly inventory: pulumi.Output<Inventory>;
  /** Puts what a host needs where it can fetch it, by the addresses returned. */
  offerFiles(host: Host, offer: HostOffer): pulumi.Output<HostFiles>;
  /** A machine for a host. It is replaced, not changed, when anything of `boot` changes; its volume outlives it. */
  boot(host: Host, boot: HostBoot): Machine;
  /** The command line, on the operator's machine, that runs a command as root on a host that has booted. */
  commandOn(host: Host, argv: readonly string[], login: HostLogin): pulumi.Input<string[]>;
  /**
   * Only where the cloud itself knows something of a machine or a container that does not work, such as how often it was restarted:
   * sentences and log lines for whoever waits for it, undefined where there is nothing to say.
   * @param name of a host, or of the container instance
   */
  explainFailure?(name: string): Promise<string | undefined>;
  /** Names and addresses under which a host's listeners are reached: what its certificate holds. */
  namesOf(host: Host): pulumi.Input<string[]>;
  /** Only where the cloud runs containers: builds an image from an artifact with a Dockerfile, and runs it. @returns its address, once it runs */
  runContainer?(container: ContainerInstance, artifact: Artifact): pulumi.Output<string>;
  /** Only where the cloud has functions as a service. @returns the address below which the function is called, once it is there */
  runFunction?(service: FunctionService, artifact: Artifact): pulumi.Output<string>;
  /** Only where a managed database is wanted: makes the server that `inventory` names, with an account `web`. */
  createDatabase?(password: pulumi.Input<string>): void;
  /** Only where a web app is to be delivered from a Git repository. */
  createAppService?(): AppService;
};

/** A web app that the cloud builds and serves. */
export type AppService = {
  url: pulumi.Output<string>;
  /** What the repository's server calls after a push; a secret. */
  deployUrl: pulumi.Output<string>;
};

/** What logging in on the hosts takes. */
export type HostLogin = {
  /** The operator's private key. */
  keyFile: string;
  /** Host name -> the host's public key, as a line of known_hosts without the address. */
  hostKeys: pulumi.Input<Readonly<Record<string, string>>>;
};
