/** A file that a job's tools left and that cannot be taken; the message is a sentence for people. */

export class ResultError extends Error {
  override readonly name: string = 'ResultError';
}

/** A coverage report that is in order, but in which no line of code was measured: there is no per cent of nothing. */
export class NothingMeasured extends ResultError {
  override readonly name = 'NothingMeasured';

  constructor() {
    super('The coverage report says that no line of code was measured.');
  }
}
