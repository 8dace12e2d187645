/** What azure/host.json says, the file that Azure's own host reads, too. */
import hostFile from '../azure/host.json' with { type: 'json' };

export type HostSettings = {
  /** First part of every function's path. */
  routePrefix: string;
  /** For a call to be answered. */
  timeoutMs: number;
};

/** @throws Error where the time limit is not `hh:mm:ss` */
export function readHostSettings(
  file: { functionTimeout: string; extensions: { http: { routePrefix: string } } } = hostFile,
): HostSettings {
  const [, hours, minutes, seconds] = /^(\d\d):(\d\d):(\d\d)$/.exec(file.functionTimeout) ?? [];
  const timeoutMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  if (!(timeoutMs > 0)) throw new Error(`functionTimeout of host.json must be hh:mm:ss, not ${file.functionTimeout}`);
  return { routePrefix: file.extensions.http.routePrefix, timeoutMs };
}
