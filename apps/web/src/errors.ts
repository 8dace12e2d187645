/** The errors by which the web app refuses a request. */
import { HttpError } from '@cloud-lab/common/http-error';

export { HttpError };

/** Not possible now, but soon: 429 where the client has asked for too much, 503 where all together have. */
export class TryAgainError extends HttpError {
  override readonly name = 'TryAgainError';

  constructor(status: 429 | 503, text: string, seconds: number) {
    super(status, `${text} Try again in ${formatWait(seconds)}.`, { headers: { 'retry-after': String(seconds) } });
  }
}

function formatWait(seconds: number): string {
  if (seconds <= 120) return `${seconds} s`;
  return seconds <= 7_200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3_600)} h`;
}

/** A part of the lab that this request needs does not answer now: 503, try again. */
export class UnavailableError extends HttpError {
  override readonly name = 'UnavailableError';

  constructor(text: string, cause?: unknown) {
    super(503, text, { cause, headers: { 'retry-after': '5' } });
  }
}
