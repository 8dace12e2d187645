/** Responses that are no JSON. */
import type { TSchema } from 'typebox';

/** Describes a response of this media type; errors of the same route stay JSON. */
export const contentOf = (type: string, schema: TSchema, description: string) => ({
  description,
  content: { [type]: { schema } },
});
