/** Who sends, and what a demonstration says. */
import { formatMessage } from '@cloud-lab/common/chat';
import { type Environment, variable } from './client-file.ts';

/** Who sends: Windows says USERNAME, Linux USER, and a service neither. */
export const userName = (environment: Environment): string =>
  variable(environment, 'USERNAME') ?? variable(environment, 'USER') ?? 'student';

/** The three messages of the lecture. */
export const demoMessages = (user: string): string[] =>
  [1, 2, 3].map((number) => formatMessage(user, `This is message ${number}`));
