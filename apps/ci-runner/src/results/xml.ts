/** XML that a job wrote: parsed without anything that a document type may ask for, and read with few words. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { plainText } from './plain-text.ts';
import { ResultError } from './result-error.ts';

/** An element: its attributes as `@name`, its elements by their names, its text. */
export type XmlElement = Readonly<Record<string, unknown>>;

const MAX_LENGTH = 8 * 1024 * 1024;
/** An element takes much more memory than its text. */
const MAX_TAGS = 250_000;
const MAX_DEPTH = 200;
const MAX_REASON_LENGTH = 200;
const TEXT = '#text';
const CDATA = '#cdata';
const COMMENT = '#comment';

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: TEXT,
  cdataPropName: CDATA,
  commentPropName: COMMENT,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  maxNestedTags: MAX_DEPTH,
});

/** Whether a document type in it declares things of its own, entities above all. One pass: the text may be hostile. */
function declaresThings(text: string): boolean {
  for (let at = text.indexOf('<!'); at !== -1; ) {
    const end = text.startsWith('<!--', at) ? '-->' : text.startsWith('<![CDATA[', at) ? ']]>' : '>';
    const close = text.indexOf(end, at);
    // What never ends is not well-formed: the parser says so.
    if (close === -1) return false;
    if (end === '>' && (!text.startsWith('<!DOCTYPE', at) || text.slice(at, close).includes('['))) return true;
    at = text.indexOf('<!', close);
  }
  return false;
}

function countTags(text: string): number {
  let tags = 0;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at + 1)) tags += 1;
  return tags;
}

const firstWords = (reason: string): string => plainText(reason).slice(0, MAX_REASON_LENGTH).replace(/\.$/, '');

/**
 * Parses a document and gives its elements at the top by their names.
 * @param what what people call the file, as the begin of a sentence
 * @throws ResultError when it is not well-formed, larger than 8 MiB, has too many elements,
 * or declares entities.
 */
export function parseXml(text: string, what: string): XmlElement {
  if (text.trim() === '') throw new ResultError(`${what} is empty.`);
  if (text.length > MAX_LENGTH || countTags(text) > MAX_TAGS) throw new ResultError(`${what} is too large to be read.`);
  if (declaresThings(text)) throw new ResultError(`${what} declares entities of its own, which is not allowed.`);
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    const { line, msg } = valid.err;
    throw new ResultError(`${what} is not well-formed XML, line ${line}: ${firstWords(msg)}.`);
  }
  try {
    return parser.parse(text) as XmlElement;
  } catch (cause) {
    throw new ResultError(`${what} is XML that cannot be taken: ${firstWords((cause as Error).message)}.`, { cause });
  }
}

const isElement = (value: unknown): value is XmlElement => typeof value === 'object' && value !== null;

function valuesOf(element: XmlElement, name: string): unknown[] {
  const value = Object.hasOwn(element, name) ? element[name] : undefined;
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** The elements of this name in an element; one without attributes and elements has its text alone. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return valuesOf(element, name).map((value) => (isElement(value) ? value : { [TEXT]: value }));
}

/** The comments in an element. */
export function commentsOf(element: XmlElement): string[] {
  return childrenOf(element, COMMENT).map((comment) => String(comment[TEXT] ?? ''));
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Puts the characters for `&lt;` and its kind, once, and for numbers; what nobody knows stays as it is. */
export function decodeEntities(text: string): string {
  return text
    .replace(/&(?:#(\d{1,7})|#x([\dA-Fa-f]{1,6})|(lt|gt|amp|quot|apos));/g, (whole, decimal, hex, name) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code > 0x10ffff ? '\uFFFD' : String.fromCodePoint(code);
    })
    .toWellFormed();
}

/** An attribute, decoded; undefined when it isn't there. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  const value = Object.hasOwn(element, `@${name}`) ? element[`@${name}`] : undefined;
  return value === undefined ? undefined : decodeEntities(String(value));
}

/** The text of an element, decoded. */
export function textOf(element: XmlElement): string {
  const cdata = childrenOf(element, CDATA).map((part) => String(part[TEXT] ?? ''));
  return valuesOf(element, TEXT)
    .map((part) => decodeEntities(String(part)))
    .concat(cdata)
    .join('');
}
