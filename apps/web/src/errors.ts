/** The errors by which the web app refuses a request. */
import { HttpError } from '@cloud-lab/common/http-error';

export { HttpError };

/** A part of the lab that this request needs does not answer now: 503, try again. */
export class UnavailableError extends HttpError {
  override readonly name = 'UnavailableError';

  constructor(text: string, cause?: unknown) {
    super(503, text, { cause, headers: { 'retry-after': '5' } });
  }
}
