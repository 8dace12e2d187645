/** A function of the lab as a handler of Azure Functions: parameters come in the query or in a JSON body. */
import type { HttpHandler, HttpRequest } from '@azure/functions';
import { answerBody, answerQuery } from '@cloud-lab/common/functions/answer';
import type { LabFunction } from '@cloud-lab/common/functions/function';
import { BODY_WORDS, HttpError } from '@cloud-lab/common/http-error';

/** Answers as the contract says; what nobody expected is left to the host, which knows how to log it. */
export function handlerOf(called: LabFunction): HttpHandler {
  return async (request) => {
    try {
      const answer =
        request.method === 'POST'
          ? answerBody(called, await readJson(request))
          : answerQuery(called, groupByName(request.query));
      return { jsonBody: answer };
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return { status: error.statusCode, jsonBody: { status: 'error', text: error.message } };
    }
  };
}

/** Name -> text, or a list of texts where it is there more than once. */
function groupByName(query: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...query.keys()].map((name) => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

/** The body's JSON; undefined where there is no body, and no word of one. @throws HttpError */
async function readJson(request: HttpRequest): Promise<unknown> {
  const type = request.headers.get('content-type');
  const text = await request.text();
  if (type === null && text === '') return undefined;
  if (!/^application\/json\s*(;|$)/i.test(type ?? '')) throw new HttpError(415, BODY_WORDS.wrongType);
  if (text === '') throw new HttpError(400, BODY_WORDS.empty);
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, BODY_WORDS.noJson);
  }
}
