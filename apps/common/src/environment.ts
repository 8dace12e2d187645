/** Checks the environment variables of an app once, at its start, and tells all that is wrong in one message. */
import type { Static, TObject } from 'typebox';
import { Value } from 'typebox/value';

/** The environment does not fit; the message names each variable and what it should be. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

const SECRET_NAME = /KEY|PASSWORD|TOKEN|SECRET/;

function describeProblem(name: string, value: string | undefined, expected: string, description: unknown): string {
  const meaning = typeof description === 'string' ? ` (${description})` : '';
  if (value === undefined) return `${name} is missing${meaning}`;
  const shown = SECRET_NAME.test(name) ? 'the value given' : JSON.stringify(value);
  return `${name} ${expected}, which ${shown} is not${meaning}`;
}

/**
 * Reads the variables that `schema` names; its defaults fill in what is unset or empty, and numbers and booleans are
 * converted from text.
 * @throws EnvironmentError with one line for each variable that is missing or does not fit.
 */
export function readEnvironment<T extends TObject>(
  schema: T,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Static<T> {
  const names = Object.keys(schema.properties);
  const given = Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const values = Value.Convert(schema, Value.Default(schema, { ...given }));
  if (Value.Check(schema, values)) return values;

  const problems = names.flatMap((name) => {
    const property = schema.properties[name];
    if (property === undefined) return [];
    const description = 'description' in property ? property.description : undefined;
    const value = (values as Record<string, unknown>)[name];
    if (value === undefined) {
      return schema.required.includes(name) ? [describeProblem(name, undefined, '', description)] : [];
    }
    const errors = Value.Errors(property, value);
    if (errors.length === 0) return [];
    const choices = errors.flatMap((error) => (error.keyword === 'const' ? [String(error.params.allowedValue)] : []));
    const expected =
      choices.length > 0 ? `must be ${choices.join(' or ')}` : (errors.at(-1)?.message ?? 'does not fit');
    return [describeProblem(name, String(given[name]), expected, description)];
  });
  throw new EnvironmentError(`The environment is not right:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
}
