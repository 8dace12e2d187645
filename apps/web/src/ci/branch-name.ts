/** Git's own rules for the name of a branch (git-check-ref-format), each told in words. */

const MAX_BYTES = 255;

/** Whether a text holds an ASCII control character. */
export const hasControl = (text: string): boolean =>
  [...text].some((character) => character < ' ' || character === '\u007f');

const RULES: readonly [(name: string) => boolean, string][] = [
  [(name) => !name.isWellFormed(), 'it is not valid Unicode'],
  [(name) => Buffer.byteLength(name) > MAX_BYTES, `it is longer than ${MAX_BYTES} bytes`],
  [(name) => name.startsWith('-'), 'it begins with "-"'],
  [hasControl, 'it holds a control character'],
  [(name) => name.includes(' '), 'it holds a space'],
  [(name) => /[~^:?*[\\]/.test(name), 'it holds one of ~ ^ : ? * [ \\'],
  [(name) => name.includes('..'), 'it holds ".."'],
  [(name) => name.includes('@{'), 'it holds "@{"'],
  [(name) => name.startsWith('/') || name.endsWith('/') || name.includes('//'), 'it has an empty part between slashes'],
  [(name) => name.endsWith('.'), 'it ends with "."'],
  [(name) => name.split('/').some((part) => part.startsWith('.')), 'a part of it begins with "."'],
  [(name) => name.split('/').some((part) => part.endsWith('.lock')), 'a part of it ends with ".lock"'],
  [(name) => name === 'HEAD', 'Git keeps this name for itself'],
];

/** Why Git would refuse a non-empty branch name, or undefined when it is fine. */
export function refuseBranchName(name: string): string | undefined {
  return RULES.find(([broken]) => broken(name))?.[1];
}
