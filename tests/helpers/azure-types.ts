/** Checks what a program gives Azure's resources against what @pulumi/azure-native declares: its plugin would find out, but cannot be had. */
import ts from 'typescript';
import { isMarked, isObject, joinPath, reveal, UNKNOWN } from '../stand-in/values.ts';
import { argsOf, enumValues, inputType, type Members } from './azure-declarations.ts';

/**
 * Enums with more values than azure-native lists: there are newer sizes of machines, and permissions come in combinations.
 * https://learn.microsoft.com/azure/virtual-machines/sizes/overview
 */
const OPEN_ENUMS = new Set(['compute.VirtualMachineSizeTypes', 'storage.Permissions']);

/**
 * Properties that the type does not know, required ones that are missing, and values of the wrong type or outside of an enum. Where azure-native takes
 * other strings beside an enum, too, they count as wrong all the same: what it does not list is more often misspelt than new.
 * @param token of a resource or a function, such as `azure-native:storage:StorageAccount`
 * @param inputs as a mock or the stand-in recorded them; what is secret or unknown may be marked
 * @returns each problem in words; empty where there is none
 * @throws Error where azure-native declares nothing of that token
 */
export function findInputProblems(token: string, inputs: { [name: string]: unknown }): string[] {
  return checkMembers(reveal(inputs) as { [name: string]: unknown }, argsOf(token), '').map(
    (problem) => `${token}: ${problem}`,
  );
}

function checkMembers(value: { [name: string]: unknown }, members: Members, path: string): string[] {
  const given = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
  const problems = given.flatMap(([name, inner]) => {
    const member = members.get(name);
    const innerPath = joinPath(path, name);
    if (member?.type !== undefined) return check(inner, member.type, innerPath);
    return [`${innerPath} is not known; known are: ${[...members.keys()].join(', ')}`];
  });
  const names = new Set(given.map(([name]) => name));
  const missing = [...members].filter(([name, { questionToken }]) => questionToken === undefined && !names.has(name));
  return [...problems, ...missing.map(([name]) => `${joinPath(path, name)} is missing`)];
}

function check(value: unknown, type: ts.TypeNode, path: string): string[] {
  if (value === UNKNOWN) return [];
  if (ts.isParenthesizedTypeNode(type)) return check(value, type.type, path);
  if (ts.isUnionTypeNode(type)) return checkUnion(value, type.types, path);
  if (ts.isArrayTypeNode(type)) return checkArray(value, type.elementType, path);
  if (ts.isTypeLiteralNode(type)) return checkLiteralType(value, type, path);
  if (ts.isTypeReferenceNode(type)) return checkReference(value, type, path);
  if (ts.isLiteralTypeNode(type)) {
    const allowed = ts.isStringLiteral(type.literal) ? type.literal.text : undefined;
    return allowed === value ? [] : [`${path} is ${show(value)}, but only ${show(allowed)} is allowed`];
  }
  const expected = KEYWORDS[type.kind];
  if (expected === undefined) throw new Error(`${path} has a type of a kind that nobody expected: ${type.kind}`);
  return expected === 'any' || typeof value === expected ? [] : [`${path} is ${show(value)}, not a ${expected}`];
}

const KEYWORDS: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.StringKeyword]: 'string',
  [ts.SyntaxKind.NumberKeyword]: 'number',
  [ts.SyntaxKind.BooleanKeyword]: 'boolean',
  [ts.SyntaxKind.UndefinedKeyword]: 'undefined',
  [ts.SyntaxKind.AnyKeyword]: 'any',
};

/** The problems of the alternative that the value comes nearest to. `string` beside an enum is none. */
function checkUnion(value: unknown, types: readonly ts.TypeNode[], path: string): string[] {
  const isEnum = types.some((type) => enumOf(type) !== undefined);
  const alternatives = types.filter(
    ({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword && !(isEnum && kind === ts.SyntaxKind.StringKeyword),
  );
  const problems = alternatives.map((type) => check(value, type, path));
  return problems.toSorted((one, other) => one.length - other.length)[0] ?? [];
}

function checkArray(value: unknown, element: ts.TypeNode, path: string): string[] {
  if (!Array.isArray(value)) return [`${path} is ${show(value)}, not a list`];
  return value.flatMap((inner, index) => check(inner, element, `${path}[${index}]`));
}

/** `{ [key: string]: T }`. */
function checkLiteralType(value: unknown, { members }: ts.TypeLiteralNode, path: string): string[] {
  const [index] = members.filter(ts.isIndexSignatureDeclaration);
  if (index === undefined) throw new Error(`${path} has an object type that nobody expected`);
  if (!isObject(value)) return [`${path} is ${show(value)}, not an object`];
  return Object.entries(value).flatMap(([name, inner]) => check(inner, index.type, joinPath(path, name)));
}

function checkReference(value: unknown, type: ts.TypeReferenceNode, path: string): string[] {
  const [scope, namespace = '', name = ''] = partsOf(type.typeName);
  const [argument] = type.typeArguments ?? [];
  if (scope === 'pulumi' && namespace === 'Input' && argument !== undefined) return check(value, argument, path);
  if (scope === 'pulumi' && namespace === 'asset')
    return isMarked(value) ? [] : [`${path} is ${show(value)}, not a file (pulumi.asset.FileAsset and the like)`];
  if (scope === 'inputs')
    return isObject(value)
      ? checkMembers(value, inputType(namespace, name), path)
      : [`${path} is ${show(value)}, not an object`];
  if (scope === 'enums') {
    const known = enumValues(namespace, name);
    if (known.includes(value as string) || (OPEN_ENUMS.has(`${namespace}.${name}`) && typeof value === 'string'))
      return [];
    return [`${path} is ${show(value)}, but should be one of: ${known.join(', ')}`];
  }
  throw new Error(`${path} has a type that nobody expected: ${partsOf(type.typeName).join('.')}`);
}

function enumOf(type: ts.TypeNode): string | undefined {
  if (!ts.isTypeReferenceNode(type)) return undefined;
  const [scope, ...name] = partsOf(type.typeName);
  return scope === 'enums' ? name.join('.') : undefined;
}

function partsOf(name: ts.EntityName): string[] {
  return ts.isIdentifier(name) ? [name.text] : [...partsOf(name.left), name.right.text];
}

function show(value: unknown): string {
  return isObject(value) ? 'an object' : (JSON.stringify(value) ?? 'nothing');
}
