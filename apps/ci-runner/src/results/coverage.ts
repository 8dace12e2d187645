/** Reads coverage reports. A report that is broken, or that measured nothing, is an error and never a number. */
import { readCobertura } from './cobertura.ts';
import { readCoveragePy } from './coverage-py.ts';
import { readLcov } from './lcov.ts';
import type { Coverage } from './report-files.ts';
import { NothingMeasured, ResultError } from './result-error.ts';

export type { Coverage, FileCoverage, LineState } from './report-files.ts';

const MAX_LENGTH = 10 * 1024 * 1024;

/**
 * Reads coverage.py's JSON, Cobertura XML or lcov; which of them it is, its content says.
 * @throws ResultError when it is none of these, is broken or larger than 10 MiB; NothingMeasured, which is one too
 */
export function readCoverage(text: string): Coverage {
  if (text.length > MAX_LENGTH) throw new ResultError('The coverage report is larger than 10 MiB.');
  const body = text.replace(/^\uFEFF/, '').trimStart();
  if (body === '') throw new NothingMeasured();
  if (body.startsWith('{')) return readCoveragePy(body);
  if (body.startsWith('<')) return readCobertura(body);
  if (/^(#|[A-Z]+:|end_of_record)/.test(body)) return readLcov(body);
  throw new ResultError("The coverage report is neither coverage.py's JSON nor Cobertura XML nor lcov.");
}
