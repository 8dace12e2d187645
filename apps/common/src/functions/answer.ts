/** What a function of the lab answers over HTTP, whatever serves it: the contract of every place where it runs. */
import { HttpError } from '../http-error.ts';
import { readBody, readQuery } from './arguments.ts';
import type { FunctionArgument, LabFunction } from './function.ts';

/** What a call answers, in JSON: `[{"Result":3}]`. */
export type FunctionResult = [{ Result: number }];

/** What a GET without arguments answers. */
export type FunctionDescription = { args: (FunctionArgument & { required: true })[] };

/**
 * The answer to a GET: what the function makes of the query, or what it takes where there is none.
 * @throws HttpError 400 that says what is wrong with the query
 */
export function answerQuery(
  called: LabFunction,
  query: Readonly<Record<string, unknown>>,
): FunctionResult | FunctionDescription {
  if (Object.keys(query).length > 0) return run(called, readQuery(called, query));
  return { args: called.args.map(({ name, description }) => ({ name, required: true, description })) };
}

/**
 * The answer to a POST.
 * @param body as JSON had it; undefined where there is none
 * @throws HttpError 400 that says what is wrong with the body
 */
export function answerBody(called: LabFunction, body: unknown): FunctionResult {
  return run(called, readBody(called, body));
}

function run({ name, run }: LabFunction, values: readonly number[]): FunctionResult {
  const result = run(...values);
  if (!Number.isFinite(result))
    throw new HttpError(400, `The result of ${name} is too large to be a number. Use smaller numbers.`);
  return [{ Result: result }];
}
