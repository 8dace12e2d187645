/** Reads Cobertura XML, as coverage.py, Istanbul's tools, gcovr and others write it. */

import { roundPercent } from './percent.ts';
import type { Coverage } from './report-files.ts';
import { countReached, type FileCoverage, type LineState, mergeFiles, projectPath } from './report-files.ts';
import { NothingMeasured, ResultError } from './result-error.ts';
import { attributeOf, childrenOf, parseXml, textOf, type XmlElement } from './xml.ts';

const broken = (problem: string): ResultError =>
  new ResultError(`The coverage report is Cobertura XML, but ${problem}.`);

function readCount(element: XmlElement, name: string): number | null {
  const value = attributeOf(element, name);
  if (value === undefined) return null;
  if (!/^\d+$/.test(value)) throw broken(`its ${name} ${JSON.stringify(value)} is not a whole number`);
  return Number(value);
}

function readRate(element: XmlElement): { rate: number; decimals: number } | null {
  const value = attributeOf(element, 'line-rate');
  if (value === undefined) return null;
  const rate = /^\d/.test(value) ? Number(value) : Number.NaN;
  if (!(rate >= 0 && rate <= 1)) throw broken(`its line-rate ${JSON.stringify(value)} is not from 0 to 1`);
  return { rate, decimals: value.includes('e') ? Infinity : (value.split('.')[1]?.length ?? 0) };
}

/** How far the two may be apart and still be the same number, written with few decimals. */
const ROUNDING = 0.01;

/**
 * The tool's own per cent: its line-rate; and where that has less than four decimals, its counts, as long as they agree.
 * Null when nothing was measured.
 */
function readPercent(element: XmlElement, lines: number): number | null {
  const stated = readRate(element);
  const valid = readCount(element, 'lines-valid');
  const covered = readCount(element, 'lines-covered');
  if ((valid ?? lines) === 0) return null;
  const counted = valid === null || covered === null ? null : covered / valid;
  if (counted !== null && counted > 1) throw broken('it counts more lines reached than there are');
  if (stated === null) {
    if (counted === null) throw broken('it has no line-rate');
    return roundPercent(counted * 100);
  }
  const isExact = stated.decimals >= 4 || counted === null || Math.abs(counted - stated.rate) > ROUNDING;
  return roundPercent((isExact ? stated.rate : counted) * 100);
}

function readLine(line: XmlElement): LineState {
  const hits = readCount(line, 'hits');
  if (hits === null) throw broken('a line has no hits');
  if (hits === 0) return 'missed';
  const [, taken, branches] = /\((\d+)\/(\d+)\)/.exec(attributeOf(line, 'condition-coverage') ?? '') ?? [];
  return Number(taken ?? 0) < Number(branches ?? 0) ? 'partial' : 'covered';
}

function readClass(element: XmlElement, sources: readonly string[]): FileCoverage {
  const filename = attributeOf(element, 'filename');
  if (filename === undefined) throw broken('a class has no filename');
  const lines = new Map<number, LineState>();
  for (const line of childrenOf(element, 'lines').flatMap((list) => childrenOf(list, 'line'))) {
    const number = readCount(line, 'number');
    if (number === null) throw broken('a line has no number');
    lines.set(number, readLine(line));
  }
  const isAbsolute = /^(?:[A-Za-z]:)?[\\/]/.test(filename);
  const places = isAbsolute || sources.length === 0 ? [filename] : sources.map((source) => `${source}/${filename}`);
  const path = places.find((place) => projectPath(place) !== null) ?? places[0] ?? filename;
  const { covered, total } = countReached(lines.values());
  const percent = attributeOf(element, 'line-rate') === undefined ? null : readPercent(element, total);
  return { path, percent: percent ?? (total === 0 ? 0 : roundPercent((covered / total) * 100)), lines };
}

/**
 * Files are looked for below the first of the report's sources that lies in the repository.
 * @throws ResultError when it isn't such a report; NothingMeasured
 */
export function readCobertura(text: string): Coverage {
  const root = childrenOf(parseXml(text, 'The coverage report'), 'coverage')[0];
  const packages = root === undefined ? [] : childrenOf(root, 'packages');
  if (root === undefined || packages.length === 0) {
    throw new ResultError('The coverage report is XML, but not Cobertura XML: it has no coverage with packages.');
  }
  const sources = childrenOf(root, 'sources')
    .flatMap((list) => childrenOf(list, 'source'))
    .map((source) => textOf(source).trim())
    .filter((source) => source !== '');
  const files = packages
    .flatMap((list) => childrenOf(list, 'package'))
    .flatMap((element) => childrenOf(element, 'classes'))
    .flatMap((list) => childrenOf(list, 'class'))
    .map((element) => readClass(element, sources));
  const lines = files.reduce((sum, file) => sum + file.lines.size, 0);
  const percent = readPercent(root, lines);
  if (percent === null) throw new NothingMeasured();
  return { percent, files: mergeFiles(files) };
}
