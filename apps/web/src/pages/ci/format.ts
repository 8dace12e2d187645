/** Numbers and times as the pages of the CI write them. */
import { type Html, html } from '../html.ts';

const UTC = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
const SHORT_ID = 8;

/** The first characters of a commit's id. */
export const shortCommit = (commit: string): string => commit.slice(0, SHORT_ID);

/** A repository as a person calls it: without what every web address begins with. */
export const repositoryName = (repository: string): string =>
  repository.replace(/^https?:\/\//, '').replace(/\.git$/, '');

/** `30 ms`, `0.4 s`, `12 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatDuration(ms: number): string {
  if (ms < 100) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `87.5 %`; 0 and 100 only when it is that. */
export function formatPercent(percent: number): string {
  if (percent === 0 || percent === 100) return `${percent} %`;
  return `${Math.min(percent, 99.9).toFixed(1)} %`;
}

/** `0 MiB`, `0.4 MiB`, `12 MiB`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const mebibytes = bytes / 1024 ** 2;
  if (mebibytes >= 1024) return `${Number((mebibytes / 1024).toFixed(1))} GiB`;
  if (mebibytes >= 10 || bytes === 0) return `${Math.round(mebibytes)} MiB`;
  return `${Math.max(0.1, mebibytes).toFixed(1)} MiB`;
}

/** `1 test`, `2 tests`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/** A time in UTC; the browser puts the reader's own in its place. */
export const timeTag = (iso: string): Html => html`<time datetime="${iso}">${UTC.format(new Date(iso))} UTC</time>`;
