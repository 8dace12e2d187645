/** What a webhook of GitHub, Gitea or GitLab says. */
import type { IncomingHttpHeaders } from 'node:http';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { HttpError } from '../../errors.ts';

export type WebhookEvent =
  | { kind: 'ping' }
  /** Nothing to test; `text` says why. */
  | { kind: 'ignored'; text: string }
  | { kind: 'push'; branch: string; origin: PushOrigin };

/** Where a push went to, in the words of its server. */
export interface PushOrigin {
  /** Addresses of the repository. */
  urls: string[];
  /** Its plain name. */
  name: string | undefined;
}

const Text = (description: string) => Type.Optional(Type.Union([Type.String({ description }), Type.Null()]));

const Repository = Type.Object({
  name: Text('Its plain name'),
  clone_url: Text('GitHub, Gitea'),
  html_url: Text('GitHub, Gitea'),
  git_http_url: Text('GitLab'),
  web_url: Text('GitLab'),
});

/** The part of a push that is read; the rest is as its server likes. */
export const PushPayload = Type.Object({
  ref: Type.String({ description: 'Such as refs/heads/main' }),
  after: Text('The commit that the branch points to now; zeros when it is gone'),
  deleted: Type.Optional(Type.Boolean({ description: 'The branch is gone' })),
  repository: Type.Optional(Repository),
  project: Type.Optional(Repository),
});

const BRANCH = 'refs/heads/';

/** Reads an event; throws an HttpError in words when it is none. */
export function readEvent(headers: IncomingHttpHeaders, body: Buffer): WebhookEvent {
  const name = headers['x-gitea-event'] ?? headers['x-github-event'] ?? headers['x-gitlab-event'] ?? 'push';
  if (name === 'ping') return { kind: 'ping' };
  if (!/^(tag )?push( hook)?$/i.test(String(name))) {
    return { kind: 'ignored', text: `Only pushes are tested; this is an event of another kind (${name}).` };
  }
  const payload = parse(headers['content-type'], body);
  if (!Value.Check(PushPayload, payload)) {
    throw new HttpError(
      400,
      'This is no push as GitHub, Gitea or GitLab tell it: `ref` or `repository` is missing or odd.',
    );
  }
  return readPush(payload);
}

function readPush({ ref, after, deleted, repository, project }: Static<typeof PushPayload>): WebhookEvent {
  if (!ref.startsWith(BRANCH)) return { kind: 'ignored', text: `Only branches are tested, and ${ref} is none.` };
  const branch = ref.slice(BRANCH.length);
  if (deleted === true || /^0+$/.test(after ?? '')) {
    return { kind: 'ignored', text: `Branch ${branch} was deleted: there is nothing to test.` };
  }
  const told = [repository, project].filter((each) => each !== undefined);
  const urls = told.flatMap((each) => [each.clone_url, each.html_url, each.git_http_url, each.web_url]);
  const name = told.find((each) => typeof each.name === 'string')?.name ?? undefined;
  return { kind: 'push', branch, origin: { urls: urls.filter((url) => typeof url === 'string'), name } };
}

/** GitHub sends a form unless its webhook is set to JSON. */
function parse(type: string | undefined, body: Buffer): unknown {
  const text = body.toString('utf8');
  const isForm = type?.startsWith('application/x-www-form-urlencoded') ?? false;
  const json = isForm ? (new URLSearchParams(text).get('payload') ?? '') : text;
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new HttpError(400, 'The body is not valid JSON. Set the content type of the webhook to application/json.', {
      cause: error,
    });
  }
}
