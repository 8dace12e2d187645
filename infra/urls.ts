/** The addresses of the lab's services as its users see them; the same names on every cloud. */
import { addressesOf, type Inventory, publishedEndpoint } from './inventory.ts';
import { firstHostOf, hostsOf, type Lab } from './lab.ts';
import { isPlainName } from './naming.ts';
import { NUMBERS_FUNCTION } from './services.ts';

export type PublicUrls = {
  webUrl: string;
  /** The same over TLS, by the lab's own authority; absent where webUrl is that already, by one that every browser knows. */
  webUrlTls?: string;
  apiUrl: string;
  ciUrl: string;
  /** Where another Git server tells of pushes. */
  ciWebhookUrl: string;
  coverageUrl: string;
  /** The chat's page. */
  chatUrl: string;
  /** The page that shows Kafka at work. */
  streamUrl: string;
  kafkaBootstrap: string;
  /** The brokers for clients without TLS and password, where that port is open. */
  kafkaPlaintext?: string;
  blobUrl: string;
  gitUrl: string;
  /** The container instance, where there is one: `<containerUrl>/add_numbers`. */
  containerUrl?: string;
  /** The function, where there is one: `<functionUrl>?num1=1&num2=2`. */
  functionUrl?: string;
};

/** Where the services of a lab are reached from outside, as far as it is known before any machine boots. */
export function publicUrls(lab: Lab, inventory: Inventory): PublicUrls {
  const web = firstHostOf(lab, 'web').name;
  const https = url('https', publishedEndpoint(inventory, web, 'https'));
  const webUrl = lab.traits.publicNames ? https : url('http', publishedEndpoint(inventory, web, 'http'));
  const brokersAt = (port: string): string =>
    hostsOf(lab, 'kafka')
      .map(({ name }) => publishedEndpoint(inventory, name, port))
      .map(({ host, port }) => `${host}:${port}`)
      .join(',');
  // A token or a password goes over TLS wherever others are on the way.
  const secureUrl = lab.traits.remote ? https : webUrl;
  const [repository] = lab.config.ciRepositories;
  const gitUrl = isPlainName(repository) ? `${webUrl}/git/${repository}.git` : repository;
  return {
    webUrl,
    ...(lab.traits.publicNames ? {} : { webUrlTls: https }),
    apiUrl: `${webUrl}/api/v1`,
    ciUrl: `${webUrl}/api/v1/ci`,
    ciWebhookUrl: `${secureUrl}/api/v1/ci/webhook`,
    coverageUrl: `${webUrl}/static/main/index.html`,
    chatUrl: `${webUrl}/chat`,
    streamUrl: `${webUrl}/stream`,
    kafkaBootstrap: brokersAt('kafka'),
    ...(lab.config.kafkaPlaintextFrom === undefined ? {} : { kafkaPlaintext: brokersAt('kafka-plaintext') }),
    blobUrl:
      inventory.services.blobUrl ??
      `${url('http', publishedEndpoint(inventory, firstHostOf(lab, 'storage').name, 'blob'))}/lab`,
    gitUrl,
    ...describeServices(lab, inventory),
  };
}

/** The base of the Git server's repositories for pushes: over TLS wherever others are on the way, as they carry a password. */
export function pushBaseUrl(lab: Lab, inventory: Inventory): string {
  const { webUrl, webUrlTls } = publicUrls(lab, inventory);
  return `${lab.traits.remote ? (webUrlTls ?? webUrl) : webUrl}/git`;
}

/** The host names that the site answers to: those of its host and its role, the addresses, and what `lab:webNames` adds. */
export function siteNames(lab: Lab, inventory: Inventory): string[] {
  const host = firstHostOf(lab, 'web');
  const { internal, published } = addressesOf(inventory, host.name);
  const reached = Object.values(published).map((endpoint) => endpoint.host);
  return [
    ...new Set(['localhost', '127.0.0.1', 'web', host.name, internal, ...reached, ...lab.config.webNames]),
  ].filter((name) => name !== '');
}

/** What is beside the hosts, or on one where the cloud has no service for it. */
function describeServices(lab: Lab, inventory: Inventory): Pick<PublicUrls, 'containerUrl' | 'functionUrl'> {
  const urlOn = (role: 'container' | 'function'): string | undefined => {
    const [host] = hostsOf(lab, role);
    return host === undefined ? undefined : url('http', publishedEndpoint(inventory, host.name, role));
  };
  const containerUrl = inventory.services.containerUrl ?? urlOn('container');
  const functionHost = urlOn('function');
  return {
    ...(containerUrl === undefined ? {} : { containerUrl }),
    ...(functionHost === undefined ? {} : { functionUrl: functionUrlAt(functionHost) }),
  };
}

/** The URL of the function, below the address of whatever serves it. */
export function functionUrlAt(address: string): string {
  return `${address}${NUMBERS_FUNCTION.path}`;
}

function url(scheme: 'http' | 'https', { host, port }: { host: string; port: number }): string {
  const usual = scheme === 'http' ? 80 : 443;
  return port === usual ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}
