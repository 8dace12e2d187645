/** Turns the validator's findings into one sentence that names the argument. */
import { HttpError, missingArgument } from '../errors.ts';
import { quote, tooLarge } from '../functions/numbers.ts';

interface Finding {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message?: string | undefined;
  data?: unknown;
}

const EXPECTED: Record<string, string> = {
  number: 'a number',
  integer: 'a whole number',
  string: 'text',
  boolean: 'true or false',
};

/** Describes the first finding; `dataVar` is the part of the request, such as `body`. */
export function describeFinding(findings: readonly Finding[], dataVar: string): HttpError {
  const finding = findings[0];
  const name = finding?.instancePath.split('/').slice(1).join('.') ?? '';
  if (finding?.keyword === 'required' && name === '') {
    return new HttpError(400, missingArgument(String(finding.params.missingProperty)));
  }
  if (finding?.keyword === 'type' && name === '') {
    return new HttpError(
      400,
      `The ${dataVar} must be a JSON object such as {"name": value}, not ${nameBody(finding.data)}.`,
    );
  }
  if (finding?.keyword === 'type') {
    const { data } = finding;
    if (typeof data === 'number' && !Number.isFinite(data)) return new HttpError(400, tooLarge(name));
    const expected = EXPECTED[String(finding.params.type)] ?? String(finding.params.type);
    return new HttpError(400, `\`${name}\` must be ${expected}, not ${nameValue(data)}.`);
  }
  return new HttpError(400, `\`${name === '' ? dataVar : name}\` ${finding?.message ?? 'is not valid'}.`);
}

// A request without a body reaches the validator as null.
const nameBody = (value: unknown): string => (value === null ? 'nothing' : nameValue(value));

function nameValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${quote(value)}`;
  if (typeof value === 'object') return 'an object';
  return `${String(value)}`;
}
