/** Errors that are meant for the person at the terminal: shown as their message alone, without a stack trace. */

export class Problem extends Error {
  override name = 'Problem';
}
