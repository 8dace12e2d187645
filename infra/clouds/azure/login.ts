/** Who asks Azure, and for which subscription: found as Pulumi's provider finds them, so that both mean the same. */
import { readFileSync } from 'node:fs';
import type { TokenCredential } from '@azure/identity';
import { type RunCommand, runCommand } from '../../../tools/launcher/command.ts';
import { Problem } from '../../problem.ts';
import { NoLogin } from '../target.ts';

export type LoginSources = {
  env: NodeJS.ProcessEnv;
  /** What `azure-native:subscriptionId` of the stack says. */
  configured?: string | undefined;
  run?: RunCommand;
};

const AZ_LIMIT_MS = 60_000;

/**
 * The id of the subscription: of the stack's configuration, of the environment, or the one that the Azure CLI has chosen.
 * @throws NoLogin, Problem
 */
export async function findSubscription({ env, configured, run = runCommand }: LoginSources): Promise<string> {
  const given = configured ?? env.ARM_SUBSCRIPTION_ID ?? env.AZURE_SUBSCRIPTION_ID;
  if (given !== undefined && given !== '') return checkId(given);
  const args = ['account', 'show', '--query', 'id', '--output', 'tsv'];
  const { status, missing, stdout, stderr } = await run('az', args, { env, timeoutMs: AZ_LIMIT_MS });
  if (missing) {
    throw new NoLogin(
      'The Azure CLI is not installed: see https://learn.microsoft.com/cli/azure/install-azure-cli, then run az login. (Without it, set ARM_CLIENT_ID, ARM_CLIENT_SECRET, ARM_TENANT_ID and ARM_SUBSCRIPTION_ID.)',
    );
  }
  const id = stdout.trim();
  if (status !== 0 || id === '') {
    const why = stderr.trim().split('\n').at(-1) ?? '';
    throw new NoLogin(
      `Nobody is logged in to Azure on this machine: run az login, then try again.${why === '' ? '' : ` (${why})`}`,
    );
  }
  return checkId(id);
}

function checkId(id: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id.toLowerCase();
  throw new Problem(
    `"${id}" is not the id of a subscription: az account list -o table shows yours, each with its SubscriptionId.`,
  );
}

/** A service principal, a federated token or a managed identity where the environment names one; otherwise whoever ran `az login`. */
export async function findCredential(env: NodeJS.ProcessEnv, subscription: string): Promise<TokenCredential> {
  // Loading it takes a third of a second: only when Azure is asked.
  const identity = await import('@azure/identity');
  const { tenant, client, secret, oidc, managed } = readIdentity(env);
  if (tenant !== undefined && client !== undefined && secret !== undefined) {
    return new identity.ClientSecretCredential(tenant, client, secret);
  }
  if (tenant !== undefined && client !== undefined && oidc !== undefined) {
    return new identity.ClientAssertionCredential(tenant, client, async () => oidc());
  }
  if (managed) return new identity.ManagedIdentityCredential(client === undefined ? {} : { clientId: client });
  return new identity.AzureCliCredential({ subscription, processTimeoutInMs: AZ_LIMIT_MS });
}

/** The variables of Pulumi's provider: https://www.pulumi.com/registry/packages/azure-native/installation-configuration */
function readIdentity(env: NodeJS.ProcessEnv) {
  const read = (name: string): string | undefined => {
    const value = env[`ARM_${name}`] ?? env[`AZURE_${name}`];
    return value === '' ? undefined : value;
  };
  const token = read('OIDC_TOKEN');
  const file = read('OIDC_TOKEN_FILE_PATH');
  const oidc =
    read('USE_OIDC') !== 'true' || (token === undefined && file === undefined)
      ? undefined
      : (): string => token ?? readFileSync(file ?? '', 'utf8').trim();
  return {
    tenant: read('TENANT_ID'),
    client: read('CLIENT_ID'),
    secret: read('CLIENT_SECRET'),
    oidc,
    managed: read('USE_MSI') === 'true',
  };
}
