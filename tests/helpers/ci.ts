/** The CI service of the end-to-end lab, as a client sees it. */
import { inject } from 'vitest';
import { outputOf } from './launcher.ts';

export type Run = {
  id: string;
  branch: string;
  commit: string;
  state: string;
  exitCode: number | null;
  reason: string | null;
  author: string | null;
  subject: string | null;
  runner: string | null;
  durationMs: number | null;
  coverage: number | null;
  changedLines: { covered: number; total: number } | null;
  tests: { passed: number; failed: number; skipped: number } | null;
  steps: { name: string; state: string; startedAt: string; finishedAt: string | null }[];
  logUrl: string;
  reportUrl: string | null;
  pageUrl: string;
};

export type CiClient = {
  /** POST /ci: waits for the result. */
  test(branch: string, repository?: string): Promise<{ status: number; run: Run & { text: string } }>;
  show(id: string): Promise<Run>;
  /** Every run of a repository whose branch begins so. */
  list(repository: string, prefix: string): Promise<Run[]>;
};

export function ciClient(apiUrl: string): CiClient {
  const get = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>;
  return {
    async test(branch, repository) {
      const response = await fetch(`${apiUrl}/ci`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ branch, repository }),
      });
      return { status: response.status, run: (await response.json()) as Run & { text: string } };
    },
    show: (id) => get<Run>(`${apiUrl}/ci/${id}`),
    async list(repository, prefix) {
      const found: Run[] = [];
      let next: string | null = `${apiUrl}/ci?limit=100&repository=${encodeURIComponent(repository)}`;
      while (next !== null) {
        const page: { runs: Run[]; next: string | null } = await get(next);
        found.push(...page.runs);
        next = page.next;
      }
      return found.filter(({ branch }) => branch.startsWith(prefix));
    },
  };
}

/** The address with the password for pushes to a repository of the lab. */
export async function pushUrlOf(repository: string): Promise<string> {
  const { stack } = inject('e2e');
  const text = await outputOf('./lab', ['pulumi', 'stack', 'output', '--json', '--show-secrets', '--stack', stack]);
  const { gitPushUrl } = JSON.parse(text) as { gitPushUrl: string };
  return `${gitPushUrl}/${repository}.git`;
}
