/** The credentials of a lab as a Pulumi resource: made once for a stack, kept as secrets in its state. */
import * as pulumi from '@pulumi/pulumi';
import type { Cloud } from '../clouds/cloud.ts';
import type { Lab } from '../lab.ts';
import type { Secrets } from '../secrets.ts';
import type { Credentials, CredentialsRequest as Request } from './credentials.ts';

type Issue = typeof import('./issue.ts');
type CredentialsModule = typeof import('./credentials.ts');
type CredentialsRequest = { [K in keyof Request]: pulumi.Input<Request[K]> };

/*
 * Pulumi stores the text of these functions and runs it in another process, whose folder is the project's. They name nothing
 * from outside of them and load the real work from its file, so that the stored text stays small and stays the same.
 */
const provider: pulumi.dynamic.ResourceProvider<Request, Credentials> = {
  async create(inputs) {
    const { createRequire } = process.getBuiltinModule('node:module');
    const issue = createRequire(`${process.cwd()}/`)('./infra/credentials/issue.ts') as Issue;
    return { id: 'credentials', outs: await issue.createCredentials(inputs) };
  },
  async diff(_id, current, inputs) {
    const { createRequire } = process.getBuiltinModule('node:module');
    const credentials = createRequire(`${process.cwd()}/`)('./infra/credentials/credentials.ts') as CredentialsModule;
    return { changes: credentials.needsUpdate(current, inputs) };
  },
  async update(_id, current, inputs) {
    const { createRequire } = process.getBuiltinModule('node:module');
    const issue = createRequire(`${process.cwd()}/`)('./infra/credentials/issue.ts') as Issue;
    return { outs: await issue.updateCredentials(current, inputs) };
  },
};

const SECRET_OUTPUTS = [
  'databasePassword',
  'blobKey',
  'gitPushPassword',
  'kafkaPasswords',
  'webhookSecret',
  'tls',
  'sshHostKeys',
  'authority',
];
const PLAIN_OUTPUTS = ['caCertificate', 'sshHostPublicKeys', 'expires'];

class CredentialsResource extends pulumi.dynamic.Resource {
  declare readonly databasePassword: pulumi.Output<string>;
  declare readonly blobKey: pulumi.Output<string>;
  declare readonly gitPushPassword: pulumi.Output<string>;
  declare readonly kafkaPasswords: pulumi.Output<Secrets['kafkaPasswords']>;
  declare readonly webhookSecret: pulumi.Output<string>;
  declare readonly tls: pulumi.Output<Secrets['tls']>;
  declare readonly sshHostKeys: pulumi.Output<Secrets['sshHostKeys']>;
  declare readonly caCertificate: pulumi.Output<string>;
  declare readonly sshHostPublicKeys: pulumi.Output<Record<string, string>>;

  constructor(name: string, request: CredentialsRequest) {
    const outputs = Object.fromEntries([...SECRET_OUTPUTS, ...PLAIN_OUTPUTS].map((output) => [output, undefined]));
    super(provider, name, { ...request, ...outputs }, { additionalSecretOutputs: SECRET_OUTPUTS });
  }
}

/** The credentials of a lab, as its parts take them. */
export type LabCredentials = {
  secrets: pulumi.Output<Secrets>;
  caCertificate: pulumi.Output<string>;
  sshHostPublicKeys: pulumi.Output<Record<string, string>>;
};

/** Makes the credentials of a lab, or finds them in its state. */
export function createCredentials(lab: Lab, cloud: Cloud): LabCredentials {
  const listeners = lab.hosts.filter((host) => host.roles.some(({ tls }) => tls));
  const tlsNames = pulumi.all(
    Object.fromEntries(listeners.map((host) => [host.name, pulumi.output(cloud.namesOf(host))])),
  );
  const resource = new CredentialsResource('credentials', {
    tlsNames,
    sshHosts: lab.hosts.map(({ name }) => name),
    // Absent where there is none: then nothing changes for a stack from before.
    ...(lab.config.managedDatabase ? { managedDatabase: true } : {}),
  });
  const {
    databasePassword,
    blobKey,
    gitPushPassword,
    kafkaPasswords,
    webhookSecret,
    tls,
    sshHostKeys,
    caCertificate,
    sshHostPublicKeys,
  } = resource;
  return {
    secrets: pulumi.output({
      databasePassword,
      blobKey,
      gitPushPassword,
      kafkaPasswords,
      webhookSecret,
      tls,
      sshHostKeys,
    }),
    caCertificate,
    sshHostPublicKeys,
  };
}
