/** The one shape of every error that the API answers with. */
import Type from 'typebox';

export const ErrorSchema = Type.Object(
  {
    status: Type.Literal('error'),
    text: Type.String({ description: 'What went wrong, in words for a person' }),
  },
  { description: 'The request was refused; `text` says why' },
);

/** Description of one argument, as GET answers it. */
export const ArgumentSchema = Type.Object({
  name: Type.String({ description: 'Name of the argument' }),
  required: Type.Boolean({ description: 'Whether a value must be given' }),
  description: Type.String({ description: 'What the argument means' }),
});
