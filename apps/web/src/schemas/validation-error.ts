/** Turns the validator's findings into one sentence that names the argument. */
import { missingArgument, noObject, tooLarge, wrongType } from '@cloud-lab/common/functions/arguments';
import { HttpError } from '../errors.ts';

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
    return new HttpError(400, noObject(dataVar, finding.data));
  }
  if (finding?.keyword === 'type') {
    const { data } = finding;
    if (typeof data === 'number' && !Number.isFinite(data)) return new HttpError(400, tooLarge(name));
    const expected = EXPECTED[String(finding.params.type)] ?? String(finding.params.type);
    return new HttpError(400, wrongType(name, expected, data));
  }
  return new HttpError(400, `\`${name === '' ? dataVar : name}\` ${finding?.message ?? 'is not valid'}.`);
}
