/** The type declarations of @pulumi/azure-native, read one namespace at a time: all of them together are 7 MB. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_DIR } from './lab.ts';

const PACKAGE = join(PROJECT_DIR, 'node_modules/@pulumi/azure-native');

/** Members of an object type: property -> its declaration. */
export type Members = ReadonlyMap<string, ts.PropertySignature>;

/** @throws Error where there is no such type: `azure-native:storage:StorageAccount` is what it looks like */
export const argsOf = once((token: string): Members => {
  const [packageName, namespace = '', type = ''] = token.split(':');
  const folder = join(PACKAGE, namespace);
  const file = packageName === 'azure-native' ? listFolder(folder).find((each) => isFileOf(each, type)) : undefined;
  const declared = file === undefined ? undefined : interfacesOf(readFileSync(join(folder, file), 'utf8'));
  const members = declared?.get(`${type}Args`);
  if (members === undefined) throw new Error(`@pulumi/azure-native declares no resource ${token}`);
  return members;
});

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

/** `publicIPAddress.d.ts` is of PublicIPAddress. */
function isFileOf(file: string, type: string): boolean {
  return file.toLowerCase() === `${type.toLowerCase()}.d.ts`;
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
