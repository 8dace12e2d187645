/** What a stand-in answers to each question about resources and functions, as plain data; provider.ts puts it on the wire. */
import { compareInputs, type Difference } from './compare-inputs.ts';
import type { Properties, ResourceKind, StandInTables } from './tables.ts';
import { reveal, UNKNOWN } from './values.ts';

export type ResourceState = { id: string; outputs: Properties };

export type Answers = {
  /** @returns the inputs as they are: a stand-in has no defaults and gives no names */
  check(type: string, name: string, inputs: Properties): Properties;
  diff(type: string, name: string, olds: Properties, news: Properties): Difference[];
  /** A resource that is to be created or changed. */
  put(type: string, name: string, inputs: Properties, preview: boolean): ResourceState;
  /** @returns the state that the engine has: nobody else changes what a stand-in keeps */
  read(type: string, name: string, state: ResourceState): ResourceState;
  invoke(token: string, args: Properties): Properties;
};

/** Each answer throws an Error in words where the tables don't have what is asked for. */
export function createAnswers(tables: StandInTables): Answers {
  const kindOf = (type: string, name: string): ResourceKind => {
    const kind = tables.types[type];
    if (kind === undefined) throw new Error(`nobody expected a resource of type ${type} (${name})`);
    return kind;
  };
  return {
    check: (type, name, inputs) => {
      kindOf(type, name);
      return inputs;
    },
    diff: (type, name, olds, news) => compareInputs(olds, news, kindOf(type, name).replacedBy),
    put: (type, name, inputs, preview) => {
      const { id: idOf, computed = {} } = kindOf(type, name);
      if (preview) {
        const unknown = Object.keys(computed).map((output) => [output, UNKNOWN]);
        return { id: '', outputs: { ...inputs, ...Object.fromEntries(unknown) } };
      }
      const plain = reveal(inputs) as Properties;
      const id = idOf(plain);
      const values = Object.entries(computed).map(([output, compute]) => [output, compute(plain, id)] as const);
      const known = values.filter(([, value]) => value !== undefined);
      return { id, outputs: { ...inputs, ...Object.fromEntries(known) } };
    },
    read: (type, name, state) => {
      kindOf(type, name);
      if (Object.keys(state.outputs).length === 0)
        throw new Error(`nobody expected ${type} ${state.id} to be looked up (${name}): nothing made it`);
      return state;
    },
    invoke: (token, args) => {
      const run = tables.invokes[token];
      if (run === undefined) throw new Error(`nobody expected a call of ${token}`);
      return run(reveal(args) as Properties);
    },
  };
}
