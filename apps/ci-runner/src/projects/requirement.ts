/** Requirements of Python projects (PEP 508), as far as they say nothing but which packages. */

/** Longer ones are left to the installer. */
const MAX_LENGTH = 500;
const NAME = /^[A-Za-z0-9][\w.-]*/;
const OPERATORS = ['<=', '>=', '==', '!=', '~=', '<', '>'];

/**
 * Whether a requirement is a name, extras, versions and a marker, and no option, address or path, which could lead anywhere. Takes one
 * look at each character.
 */
export function isPlainRequirement(line: string): boolean {
  if (line.length > MAX_LENGTH || /[@/\\]/.test(line)) return false;
  const [wanted = ''] = line.split(';', 1);
  const name = NAME.exec(wanted)?.[0];
  if (name === undefined) return false;
  const rest = wanted.slice(name.length).trim();
  if (!rest.startsWith('[')) return isVersion(rest);
  const end = rest.indexOf(']');
  return end > 0 && /^[\w\s,.-]*$/.test(rest.slice(1, end)) && isVersion(rest.slice(end + 1).trim());
}

/** No version, or one or more clauses by commas. */
function isVersion(text: string): boolean {
  return (
    text === '' || text.split(',').every((clause) => OPERATORS.some((operator) => clause.trim().startsWith(operator)))
  );
}

/** The requirements of a requirements.txt, without comments and empty lines. */
export function readRequirements(text: string): string[] {
  return text
    .split('\n')
    .map((line) => withoutComment(line).trim())
    .filter((line) => line !== '');
}

/** A comment begins at the start of a line, or after a space. */
function withoutComment(line: string): string {
  for (let at = line.indexOf('#'); at !== -1; at = line.indexOf('#', at + 1)) {
    if (at === 0 || /\s/.test(line.charAt(at - 1))) return line.slice(0, at);
  }
  return line;
}
