/** A run as the API shows it: what all views of the CI are made from, on the server and in the browser. */
import type { Static } from 'typebox';
import type { CiRunSchema } from '../../schemas/ci.ts';

export type ShownRun = Static<typeof CiRunSchema>;

/** Whether the run will never change again. */
export const hasEnded = ({ state }: Pick<ShownRun, 'state'>): boolean => state !== 'queued' && state !== 'running';
