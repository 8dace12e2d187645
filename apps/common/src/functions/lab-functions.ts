/** The functions of the lab: add yours to this list, and the web app and the function host serve it, with its checks and its words. */
import { addNumbers } from './add-numbers.ts';
import type { LabFunction } from './function.ts';

export const labFunctions: readonly LabFunction[] = [addNumbers];
