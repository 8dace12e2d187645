/** Who sends, and what a demonstration says. */
import { formatMessage } from '@cloud-lab/common/chat';

/** Who sends: Windows says USERNAME, Linux USER, and a service neither. */
export function userName(environment: Readonly<Record<string, string | undefined>>): string {
  const named = [environment.USERNAME, environment.USER].find((name) => name !== undefined && name !== '');
  return named ?? 'student';
}

/** The three messages of the lecture. */
export const demoMessages = (user: string): string[] =>
  [1, 2, 3].map((number) => formatMessage(user, `This is message ${number}`));
