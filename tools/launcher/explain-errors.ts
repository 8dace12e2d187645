/** Puts what to do below the errors of an update, where the cloud knows it. */
import type { CloudTarget } from '../../infra/clouds/target.ts';

/** The errors as Pulumi has them, and below them each way out once. */
export function explainErrors(
  errors: readonly string[],
  target: Pick<CloudTarget, 'explainError'>,
  separator = '\n',
): string {
  const advice = errors.flatMap((error) => target.explainError?.(error) ?? []);
  return [errors.join(separator), ...new Set(advice)].join('\n');
}
