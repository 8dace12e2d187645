/** `./lab status`: each service of each host, as the hosts themselves say, what is published, as its users see it, and what is on Kafka. */
import type { ClusterStatus } from '../../../apps/kafka/src/cluster-status.ts';
import { askOnce } from '../../../infra/await-answer.ts';
import type { LabOutputs } from '../../../infra/outputs.ts';
import { listPublished, type PublishedService } from '../../../infra/published-services.ts';
import { runOnHost } from '../remote.ts';

export type HostStatus = {
  host: string;
  state: 'healthy' | 'starting' | 'failed' | 'unreachable';
  /** Why it is not healthy. */
  reason?: string;
  /** Unit -> `ok`, or why not. */
  units: Record<string, string>;
};

export type ServiceStatus = Pick<PublishedService, 'service' | 'url'> & {
  state: 'healthy' | 'failed';
  /** What it does in place of what it is for. */
  reason?: string;
};

export type LabStatus = {
  hosts: HostStatus[];
  /** What users call by a URL, asked from this machine. */
  services: ServiceStatus[];
  /** Absent where no broker answers. */
  kafka?: ClusterStatus;
};

/** Asks every host at once, and what is published by the addresses that users have. */
export async function readStatus(outputs: LabOutputs): Promise<LabStatus> {
  const [hosts, services, kafka] = await Promise.all([
    Promise.all(Object.keys(outputs.hosts).map((host) => readHostStatus(outputs, host))),
    Promise.all(listPublished(outputs).map(readServiceStatus)),
    readKafkaStatus(outputs),
  ]);
  return kafka === undefined ? { hosts, services } : { hosts, services, kafka };
}

/** Whether every host and every published service does what it is for. */
export function isHealthy({ hosts, services }: LabStatus): boolean {
  return [...hosts, ...services].every(({ state }) => state === 'healthy');
}

async function readServiceStatus({ service, url, example }: PublishedService): Promise<ServiceStatus> {
  const reason = await askOnce(example);
  return reason === undefined ? { service, url, state: 'healthy' } : { service, url, state: 'failed', reason };
}

async function readHostStatus(outputs: LabOutputs, host: string): Promise<HostStatus> {
  const { stdout, stderr } = await runOnHost(outputs, host, '/usr/local/lib/lab/host-status');
  try {
    const { state, stage, reason, units } = JSON.parse(stdout) as HostStatus & { stage: string };
    return state === 'healthy' ? { host, state, units } : { host, state, units, reason: reason ?? stage };
  } catch {
    return { host, state: 'unreachable', reason: stderr.trim().split('\n').at(-1) ?? 'no answer', units: {} };
  }
}

/** The first broker's host that answers tells of all of them. */
async function readKafkaStatus(outputs: LabOutputs): Promise<ClusterStatus | undefined> {
  const hosts = Object.entries(outputs.hosts).filter(([, { roles }]) => roles.includes('kafka'));
  for (const [host] of hosts) {
    const { status, stdout } = await runOnHost(outputs, host, '/usr/local/lib/lab/kafka-tool describe-cluster');
    if (status === 0) return JSON.parse(stdout) as ClusterStatus;
  }
  return undefined;
}

/** A line for each unit and each published service, then one for each topic and each group. */
export function formatStatus({ hosts, services, kafka }: LabStatus): string {
  const units = hosts.flatMap(({ host, state, reason, units }) => {
    const rows = Object.entries(units).map(
      ([unit, text]) => `  ${text === 'ok' ? '✓' : '✗'} ${host.padEnd(10)} ${unit.padEnd(28)} ${text}`,
    );
    return rows.length > 0 && (state === 'healthy' || rows.some((row) => row.includes('✗')))
      ? rows
      : [`  ✗ ${host.padEnd(10)} ${state}: ${reason}`];
  });
  const published = services.map(
    ({ service, url, reason }) =>
      `  ${reason === undefined ? '✓' : '✗'} ${service.padEnd(10)} ${url.padEnd(28)} ${reason ?? 'ok'}`,
  );
  return [...units, ...published, ...(kafka === undefined ? [] : ['', ...formatKafka(kafka)])].join('\n');
}

function formatKafka({ brokers, brokerCount, topics, groups }: ClusterStatus): string[] {
  const there = brokers.map(({ host, leads }) => `${host} leads ${leads}`).join(', ');
  const topicRows = topics.map(({ topic, partitions, messages, behind }) => [
    topic,
    String(partitions),
    String(messages),
    behind === 0 ? 'in sync' : `${behind} behind`,
  ]);
  const groupRows = groups.map(({ group, state, members, lag }) => [group, String(members), String(lag), state]);
  return [
    `  Kafka: ${brokers.length} of ${brokerCount} brokers (${there})`,
    '',
    ...formatTable(['TOPIC', 'PARTITIONS', 'MESSAGES', 'COPIES'], topicRows),
    '',
    ...formatTable(['GROUP', 'MEMBERS', 'LAG', 'STATE'], groupRows),
  ];
}

/** Names to the left, numbers to the right. */
function formatTable(head: string[], rows: string[][]): string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) => {
    const cells = row.map((cell, column) =>
      column === 1 || column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}
