/** Routes of the lab's functions: GET describes or runs one, POST runs it. */
import type { FastifyInstance } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { HttpError } from '../errors.ts';
import type { LabFunction } from '../functions/function.ts';
import { parseNumber } from '../functions/numbers.ts';
import { ArgumentSchema, ErrorSchema } from '../schemas/error.ts';

const ResultSchema = Type.Array(Type.Object({ Result: Type.Number({ description: 'What the function calculated' }) }));

/** Gives each function its two routes. */
export function registerFunctions(app: FastifyInstance, functions: readonly LabFunction[]): void {
  for (const each of functions) registerFunction(app, each);
}

function registerFunction(app: FastifyInstance, { name, summary, args, run }: LabFunction): void {
  const url = `/api/v1/${name}`;
  const numbers = (): Record<string, TSchema> =>
    Object.fromEntries(args.map((arg) => [arg.name, Type.Number({ description: arg.description })]));
  const description = { args: args.map((arg) => ({ name: arg.name, required: true, description: arg.description })) };

  const answer = (values: readonly number[]): { Result: number }[] => {
    const result = run(...values);
    if (!Number.isFinite(result)) {
      throw new HttpError(400, `The result of ${name} is too large to be a number. Use smaller numbers.`);
    }
    return [{ Result: result }];
  };

  app.post<{ Body: Record<string, number> }>(url, {
    schema: {
      tags: ['functions'],
      summary,
      body: Type.Object(numbers()),
      response: { 200: ResultSchema, '4xx': ErrorSchema },
    },
    handler: ({ body }) => answer(args.map((arg) => body[arg.name] ?? Number.NaN)),
  });

  app.get<{ Querystring: Record<string, unknown> }>(url, {
    schema: {
      tags: ['functions'],
      summary: `${summary}; without arguments: describes them`,
      querystring: Type.Object(numbers()),
      response: {
        200: Type.Union([ResultSchema, Type.Object({ args: Type.Array(ArgumentSchema) })]),
        '4xx': ErrorSchema,
      },
    },
    // A query holds texts: parseNumber below reads them more strictly than a validator that coerces.
    validatorCompiler: () => () => true,
    handler: ({ query }) => {
      if (Object.keys(query).length === 0) return description;
      return answer(args.map((arg) => parseNumber(arg.name, query[arg.name])));
    },
  });
}
