/** Route of the webhook: other Git servers tell of pushes, and the CI tests them. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { findByAddress } from '../ci/repositories.ts';
import type { RunStore } from '../ci/run-store.ts';
import type { CiService } from '../ci/service.ts';
import { type AcceptedWebhooks, digestOf } from '../ci/webhook/accepted-webhooks.ts';
import { isAuthentic } from '../ci/webhook/authentic.ts';
import { type PushOrigin, PushPayload, readEvent } from '../ci/webhook/event.ts';
import { HttpError } from '../errors.ts';
import { refuse } from '../plugins/errors.ts';
import { CiResultSchema } from '../schemas/ci.ts';
import { errorsOf } from '../schemas/error.ts';
import { accept } from './ci.ts';
import { originOf } from './origin.ts';

export interface CiWebhookOptions {
  ci: CiService;
  runs: Pick<RunStore, 'get'>;
  /** Those that started a run. */
  accepted: AcceptedWebhooks;
  /** What the webhooks of other servers are signed with; without it there is no webhook. */
  secret: string | undefined;
  /** Base of the lab's own repositories. */
  gitUrl: string;
}

const BODY_LIMIT_MIB = 5;
const IgnoredSchema = Type.Object({
  status: Type.Literal('ignored'),
  text: Type.String({ description: 'Why there is nothing to test' }),
});
const FORGOTTEN = { status: 'ignored', text: 'This push was tested before, and its run is no longer kept.' };
const PingSchema = Type.Object({ status: Type.Literal('success'), text: Type.String() });
const Proofs = Type.Object({
  'x-hub-signature-256': Type.Optional(Type.String({ description: 'GitHub, Gitea: sha256=<HMAC of the body, hex>' })),
  'x-gitea-signature': Type.Optional(Type.String({ description: 'Gitea: <HMAC of the body, hex>' })),
  'x-gitlab-token': Type.Optional(Type.String({ description: 'GitLab: the secret' })),
});

/** Registers POST /api/v1/ci/webhook. */
export async function registerCiWebhook(app: FastifyInstance, options: CiWebhookOptions): Promise<void> {
  const { ci, runs, accepted, secret, gitUrl } = options;

  const nameRepository = ({ urls, name }: PushOrigin, gitUrls: string[]): string => {
    // A name alone means one of the lab's own: with an address it could be of any server.
    if (urls.length === 0) return name ?? '';
    return findByAddress(ci.repositories, urls, gitUrls) ?? '';
  };

  const handle = async (request: FastifyRequest, reply: FastifyReply, body: Buffer): Promise<FastifyReply> => {
    const event = readEvent(request.headers, body);
    if (event.kind === 'ping') {
      return reply.send({ status: 'success', text: 'This webhook works: pushes will be tested.' });
    }
    if (event.kind === 'ignored') return reply.code(202).send({ status: 'ignored', text: event.text });
    const repository = ci.allowed(nameRepository(event.origin, [gitUrl, `${originOf(request)}/git`]));
    const digest = digestOf(body);
    const known = await accepted.findRun(digest);
    if (known !== undefined) {
      const run = await runs.get(known);
      return run === undefined ? reply.code(202).send(FORGOTTEN) : accept(request, reply, run);
    }
    const run = await ci.request(event.branch, repository, undefined);
    await accepted.remember(digest, run.id);
    return accept(request, reply, run);
  };

  await app.register(async (scope) => {
    // The signature is of the bytes that came: nothing reads them before it is checked.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.setErrorHandler<FastifyError>((error, request, reply) => refuse(request, reply, nameLimit(error)));

    scope.post('/api/v1/ci/webhook', {
      bodyLimit: BODY_LIMIT_MIB * 1024 * 1024,
      config: { limit: 'webhook' },
      schema: {
        tags: ['ci'],
        summary: 'Takes webhooks of GitHub, Gitea and GitLab, and tests what was pushed',
        description:
          'Signed with the secret of the lab, or with it as token. A ping gives 200, a push 202 and its run; sent again, the same body gives the same run.',
        consumes: ['application/json', 'application/x-www-form-urlencoded'],
        headers: Proofs,
        body: PushPayload,
        response: {
          200: PingSchema,
          202: Type.Union([CiResultSchema, IgnoredSchema]),
          ...errorsOf(401, 403, 404, 503),
        },
      },
      // For the description alone: readEvent checks what has come.
      validatorCompiler: () => () => true,
      onRequest: async () => {
        if (secret !== undefined) return;
        throw new HttpError(404, 'This lab takes no webhooks: no webhook secret is configured (CI_WEBHOOK_SECRET).');
      },
      handler: async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        if (secret === undefined || !isAuthentic(request.headers, body, secret)) throw unauthorized();
        return handle(request, reply, body);
      },
    });
  });
}

const unauthorized = (): HttpError =>
  new HttpError(
    401,
    'This request is not signed with the webhook secret of this lab. Set the same secret in the webhook of the Git server.',
  );

const nameLimit = (error: FastifyError): FastifyError | HttpError =>
  error.code === 'FST_ERR_CTP_BODY_TOO_LARGE'
    ? new HttpError(413, `The body is larger than ${BODY_LIMIT_MIB} MiB.`)
    : error;
