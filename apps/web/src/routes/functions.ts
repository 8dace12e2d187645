/** Routes of the lab's functions: GET describes or runs one, POST runs it. */
import { answerBody, answerQuery } from '@cloud-lab/common/functions/answer';
import type { LabFunction } from '@cloud-lab/common/functions/function';
import type { FastifyInstance } from 'fastify';
import Type, { type TSchema } from 'typebox';
import { ArgumentSchema } from '../schemas/error.ts';

const ResultSchema = Type.Array(Type.Object({ Result: Type.Number({ description: 'What the function calculated' }) }));

/** The schemas are for the API's page: the functions check their arguments themselves, alike wherever they run. */
const unchecked = () => (): true => true;

/** Gives each function its two routes. */
export function registerFunctions(app: FastifyInstance, functions: readonly LabFunction[]): void {
  for (const each of functions) registerFunction(app, each);
}

function registerFunction(app: FastifyInstance, called: LabFunction): void {
  const { name, summary, args } = called;
  const url = `/api/v1/${name}`;
  const numbers = (): Record<string, TSchema> =>
    Object.fromEntries(args.map((arg) => [arg.name, Type.Number({ description: arg.description })]));

  app.post(url, {
    config: { limit: 'unlimited' },
    schema: {
      tags: ['functions'],
      summary,
      body: Type.Object(numbers()),
      response: { 200: ResultSchema },
    },
    validatorCompiler: unchecked,
    handler: ({ body }) => answerBody(called, body),
  });

  app.get<{ Querystring: Record<string, unknown> }>(url, {
    config: { limit: 'unlimited' },
    schema: {
      tags: ['functions'],
      summary: `${summary}; without arguments: describes them`,
      querystring: Type.Object(numbers()),
      response: {
        200: Type.Union([ResultSchema, Type.Object({ args: Type.Array(ArgumentSchema) })]),
      },
    },
    validatorCompiler: unchecked,
    handler: ({ query }) => answerQuery(called, query),
  });
}
