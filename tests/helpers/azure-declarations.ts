/** The type declarations of @pulumi/azure-native, read one namespace at a time: all of them together are 7 MB. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_DIR } from './lab.ts';

const PACKAGE = join(PROJECT_DIR, 'node_modules/@pulumi/azure-native');

/** Members of an object type: property -> its declaration. */
export type Members = ReadonlyMap<string, ts.PropertySignature>;

/**
 * What a resource or a function is given, by its token: `azure-native:storage:StorageAccount`, `azure-native:storage:listStorageAccountKeys`.
 * @throws Error where there is no such thing
 */
export const argsOf = once(
  (token: string): Members => interfacesOf(textOf(token)).get(`${nameIn(token)}Args`) ?? new Map(),
);

/** The outputs of a resource, or the result of a function, by name. */
export const outputNames = once((token: string): ReadonlySet<string> => {
  const text = textOf(token);
  const result = interfacesOf(text).get(`${nameIn(token)}Result`);
  if (result !== undefined) return new Set(result.keys());
  const classes = parse(text).statements.filter(ts.isClassDeclaration);
  const properties = classes.flatMap(({ members }) => members.filter(ts.isPropertyDeclaration));
  return new Set(properties.map(({ name }) => nameOf(name)).filter((name) => !name.startsWith('__')));
});

/** The file that declares a resource or a function: `storage/storageAccount.d.ts`. */
const textOf = once((token: string): string => {
  const [packageName, namespace = '', name = ''] = token.split(':');
  const folder = join(PACKAGE, namespace);
  const wanted = `${name.toLowerCase()}.d.ts`;
  const file =
    packageName === 'azure-native' ? listFolder(folder).find((each) => each.toLowerCase() === wanted) : undefined;
  if (file === undefined) throw new Error(`@pulumi/azure-native declares no ${token}`);
  return readFileSync(join(folder, file), 'utf8');
});

/** As the names of its interfaces begin: `ListStorageAccountKeys`. */
function nameIn(token: string): string {
  const name = token.split(':').at(-1) ?? '';
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** The members of `inputs.storage.SkuArgs`: namespace `storage`, name `SkuArgs`. */
export function inputType(namespace: string, name: string): Members {
  const members = inputsOf(namespace).get(name);
  if (members === undefined) throw new Error(`@pulumi/azure-native declares no inputs.${namespace}.${name}`);
  return members;
}

/** The values of `enums.storage.SkuName`. */
export function enumValues(namespace: string, name: string): readonly (string | number)[] {
  const values = enumsOf(namespace).get(name);
  if (values === undefined) throw new Error(`@pulumi/azure-native declares no enums.${namespace}.${name}`);
  return values;
}

const allInputs = once((_all: string) => readFileSync(join(PACKAGE, 'types/input.d.ts'), 'utf8'));

const inputsOf = once((namespace: string): Map<string, Members> => {
  const text = allInputs('');
  const start = text.indexOf(`\nexport declare namespace ${namespace} {`);
  if (start < 0) return new Map();
  return interfacesOf(text.slice(start, text.indexOf('\n}\n', start) + 3));
});

const enumsOf = once((namespace: string): Map<string, (string | number)[]> => {
  const found = new Map<string, (string | number)[]>();
  const source = parse(readFileSync(join(PACKAGE, 'types/enums', namespace, 'index.d.ts'), 'utf8'));
  for (const { name, type } of source.statements.filter(ts.isVariableStatement).flatMap(declarationsOf)) {
    if (!ts.isIdentifier(name) || type === undefined || !ts.isTypeLiteralNode(type)) continue;
    found.set(name.text, type.members.filter(ts.isPropertySignature).flatMap(literalOf));
  }
  return found;
});

function declarationsOf(statement: ts.VariableStatement): readonly ts.VariableDeclaration[] {
  return statement.declarationList.declarations;
}

function literalOf({ type }: ts.PropertySignature): (string | number)[] {
  if (type === undefined || !ts.isLiteralTypeNode(type)) return [];
  if (ts.isStringLiteral(type.literal)) return [type.literal.text];
  return ts.isNumericLiteral(type.literal) ? [Number(type.literal.text)] : [];
}

/** Every interface of a text, also those within a namespace. */
function interfacesOf(text: string): Map<string, Members> {
  const found = new Map<string, Members>();
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node)) found.set(node.name.text, membersOf(node.members));
    else ts.forEachChild(node, visit);
  };
  visit(parse(text));
  return found;
}

export function membersOf(members: ts.NodeArray<ts.TypeElement>): Members {
  const properties = members.filter(ts.isPropertySignature);
  return new Map(properties.map((property) => [nameOf(property.name), property]));
}

function nameOf(name: ts.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : name.getText();
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('declarations.d.ts', text, ts.ScriptTarget.Latest);
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Remembers what a function gave for each key. */
function once<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}
