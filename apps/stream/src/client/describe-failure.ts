/** Says in one line what failed, and what to look at. */
import type { Cluster } from './client.ts';
import {
  CERTIFICATE_CODES,
  errorsWithin,
  hasCode,
  isPassing,
  isRefusal,
  isTlsOnly,
  isWithoutTls,
  StreamError,
} from './errors.ts';

/** What was attempted. */
export interface Attempt {
  cluster: Cluster;
  topic: string;
  action: 'write to' | 'read from';
  group?: string;
}

/** One line for the person who typed the command. */
export function describeFailure(error: unknown, { cluster, topic, action, group }: Attempt): string {
  if (error instanceof StreamError) return error.message;
  const at = cluster.brokers.join(',');
  const who = cluster.username === undefined ? 'Who gives no name' : `The user ${cluster.username}`;
  if (isRefusal(error, 'SASL_AUTHENTICATION_FAILED')) return `The broker ${at} refused the username or the password.`;
  if (isRefusal(error, 'TOPIC_AUTHORIZATION_FAILED')) return `${who} may not ${action} ${topic}.`;
  if (isRefusal(error, 'CLUSTER_AUTHORIZATION_FAILED')) return `${who} may not ${action} ${topic}.`;
  if (isRefusal(error, 'GROUP_AUTHORIZATION_FAILED')) return `${who} may not read as the group ${group ?? ''}.`;
  if (isRefusal(error, 'INVALID_GROUP_ID')) return `A group cannot be called ${JSON.stringify(group ?? '')}.`;
  if (isRefusal(error, 'UNKNOWN_TOPIC_OR_PARTITION')) return `The topic ${topic} does not exist on ${at}.`;
  if (isTlsOnly(error)) return `The broker ${at} wants TLS: give --username, --password and --ca.`;
  if (isWithoutTls(error)) {
    return `The broker ${at} does not speak TLS on this port: try without a username, or another port.`;
  }
  if (hasCode(error, CERTIFICATE_CODES)) {
    return `The certificate of the broker ${at} is not trusted: give the lab's authority with --ca FILE (${lastMessage(error)}).`;
  }
  if (hasCode(error, /ENOTFOUND|EAI_AGAIN/)) return `The host of ${at} has no address: is its name right?`;
  if (isPassing(error)) return `Nothing answers at ${at}: is the broker running, and is its port open to you?`;
  return `${at}: ${lastMessage(error)}`;
}

const lastMessage = (error: unknown): string => {
  const message = errorsWithin(error).at(-1)?.message ?? String(error);
  return message.split('\n', 1)[0] ?? message;
};
