/** The functions that the lab serves: add yours to this list and it has its routes, checks and documentation. */
import { addNumbers } from './add-numbers.ts';
import type { LabFunction } from './function.ts';

export const labFunctions: readonly LabFunction[] = [addNumbers];
