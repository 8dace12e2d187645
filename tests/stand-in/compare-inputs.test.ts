import { describe, expect, test } from 'vitest';
import { compareInputs } from './compare-inputs.ts';
import { markSecret, UNKNOWN } from './values.ts';

const OLD = { location: 'a', os: { name: 'web', data: markSecret('x') }, rules: [{ port: 80 }, { port: 443 }] };

describe('what differs between the inputs of a resource', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['nothing', OLD, []],
    ['not whether it is secret', { ...OLD, location: markSecret('a') }, []],
    ['a value', { ...OLD, location: 'b' }, ['update location']],
    ['one that is not known yet', { ...OLD, location: UNKNOWN }, ['update location']],
    ['a secret', { ...OLD, os: { name: 'web', data: markSecret('y') } }, ['update os.data']],
    ['one that came and one that went', { location: 'a', os: OLD.os, tags: {} }, ['delete rules', 'add tags']],
    ['in a list', { ...OLD, rules: [{ port: 80 }] }, ['delete rules[1]']],
    ['deep in a list', { ...OLD, rules: [{ port: 80 }, { port: 444 }] }, ['update rules[1].port']],
    ['under a name with a dot', { ...OLD, os: { ...OLD.os, 'a.b': 1 } }, ['add os["a.b"]']],
  ])('%s', (_what, news, expected) => {
    expect(compareInputs(OLD, news).map(({ kind, path }) => `${kind} ${path}`)).toEqual(expected);
  });

  test.each<[string, Record<string, unknown>, boolean]>([
    ['its value', { ...OLD, location: 'b' }, true],
    ['what is below it, whatever its index', { ...OLD, rules: [{ port: 80 }, { port: 444 }] }, true],
    ['what is above it', { ...OLD, os: undefined }, true],
    ['what only begins like it', { ...OLD, locations: 'b' }, false],
    ['another one beside it', { ...OLD, os: { ...OLD.os, name: 'b' } }, false],
  ])('takes another resource by the path that says so: %s', (_what, news, replaces) => {
    const differences = compareInputs(OLD, news, ['location', 'os.data', 'rules.port']);
    expect(differences.map((difference) => difference.replaces)).toEqual([replaces]);
  });
});
