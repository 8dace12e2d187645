/** The words of a message: `[user]: text`. */

/** Who sends: Windows says USERNAME, Linux USER, and a service neither. */
export function userName(environment: Readonly<Record<string, string | undefined>>): string {
  const named = [environment.USERNAME, environment.USER].find((name) => name !== undefined && name !== '');
  return named ?? 'student';
}

export const formatMessage = (user: string, text: string): string => `[${user}]: ${text}`;

/** The three messages of the lecture. */
export const demoMessages = (user: string): string[] =>
  [1, 2, 3].map((number) => formatMessage(user, `This is message ${number}`));
