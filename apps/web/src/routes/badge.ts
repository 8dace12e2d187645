/** Route of the badges. */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { refuseBranchName } from '../ci/branch-name.ts';
import { type CiRun, isFinished } from '../ci/run.ts';
import type { RunStore } from '../ci/run-store.ts';
import { HttpError } from '../errors.ts';
import { badgeImage } from '../pages/badge.ts';
import { parseBadgePath } from '../pages/ci/addresses.ts';

const LOOK_AT = 20;
/** An SVG that is opened by itself is a document, which could hold scripts: this one may do nothing. */
const POLICY = "default-src 'none'; sandbox";

/**
 * Registers /badge/<branch>.svg and /badge/<branch>/coverage.svg, with `?repository=` for another than the default one.
 * A last part `coverage.svg` or `tests.svg` always names the kind, so the tests of a branch that ends in `/coverage`
 * are at `/badge/<branch>/tests.svg`.
 */
export function registerBadge(app: FastifyInstance, runs: Pick<RunStore, 'list'>, defaultRepository: string): void {
  app.get<{ Params: { '*': string }; Querystring: Record<string, unknown> }>('/badge/*', {
    config: { limit: 'read' },
    schema: { hide: true },
    handler: async (request, reply) => {
      const asked = parseBadgePath(request.params['*']);
      if (asked === undefined || refuseBranchName(asked.branch) !== undefined) {
        throw new HttpError(
          404,
          'There is no such badge. A badge is at /badge/<branch>.svg or /badge/<branch>/coverage.svg.',
        );
      }
      const { repository = defaultRepository } = request.query;
      if (typeof repository !== 'string') throw new HttpError(400, '`repository` was given more than once.');
      const run = await newestFinished(runs, repository, asked.branch);
      const image = await badgeImage(asked.kind, run);
      const etag = `"${createHash('sha256').update(image).digest('base64url')}"`;
      reply
        .type('image/svg+xml; charset=utf-8')
        .header('cache-control', 'no-cache')
        .header('content-security-policy', POLICY)
        // A README elsewhere shows it.
        .header('cross-origin-resource-policy', 'cross-origin')
        .header('etag', etag);
      const known = request.headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
      if (known?.some((each) => each === etag || each === '*')) return reply.code(304).send();
      return reply.send(image);
    },
  });
}

/** Those that have not ended are few: a page of the list nearly always holds one that has. */
async function newestFinished(
  runs: Pick<RunStore, 'list'>,
  repository: string,
  branch: string,
): Promise<CiRun | undefined> {
  let before: string | undefined;
  for (;;) {
    const page = await runs.list({ repository, branch, limit: LOOK_AT, before });
    const found = page.find(isFinished);
    if (found !== undefined || page.length < LOOK_AT) return found;
    before = page.at(-1)?.id;
  }
}
