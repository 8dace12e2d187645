/** Errors of the launcher that are meant for the person at the terminal: shown as their message alone. */

export class Problem extends Error {
  override name = 'Problem';
}
