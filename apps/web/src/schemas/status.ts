/** What the API says of the lab's health. */
import Type from 'typebox';

const State = Type.Enum(['ok', 'down'], { description: 'ok: all is well; down: something does not answer' });

export const HealthSchema = Type.Object({
  status: State,
  checkedAt: Type.String({ description: 'ISO 8601, UTC' }),
  services: Type.Array(
    Type.Object({
      name: Type.String(),
      title: Type.String({ description: 'What a person calls it' }),
      status: State,
      text: Type.String({ description: 'How it is, in words' }),
    }),
  ),
});

export const StatusSchema = Type.Object({
  lab: Type.Object({
    name: Type.String(),
    version: Type.String(),
    endpoints: Type.Record(Type.String(), Type.String(), { description: 'Name -> public address' }),
  }),
  ...HealthSchema.properties,
});
