/** Coverage reports of real tools give the numbers that the tools printed; broken and empty ones give none. */
import { describe, expect, it } from 'vitest';
import { type Coverage, type LineState, readCoverage } from '../../../../apps/ci-runner/src/results/coverage.ts';
import { NothingMeasured, ResultError } from '../../../../apps/ci-runner/src/results/result-error.ts';
import { readFixture } from './fixtures.ts';

const linesOf = (coverage: Coverage, path: string, state: LineState): number[] =>
  [...(coverage.files.find((file) => file.path === path)?.lines ?? [])].flatMap(([line, its]) =>
    its === state ? [line] : [],
  );
const percents = (coverage: Coverage) => Object.fromEntries(coverage.files.map(({ path, percent }) => [path, percent]));

/** Per cents of the table that `coverage report` printed for `line` or `branch`. */
function printedByCoveragePy(mode: string): Record<string, number> {
  const table =
    readFixture('coverage-py/totals.txt')
      .split('$ ')
      .find((part) => part.includes(`# ${mode}`)) ?? '';
  return Object.fromEntries(
    [...table.matchAll(/^(\S+) .* ([\d.]+)%$/gm)].map(([, name, percent]) => [name, Number(percent)]),
  );
}

describe("coverage.py's reports", () => {
  it.each(['line', 'branch'])('in %s mode: the JSON gives what `coverage report` prints', (mode) => {
    const { TOTAL, 'shop/__init__.py': ofNothing, ...files } = printedByCoveragePy(mode);
    const coverage = readCoverage(readFixture(`coverage-py/${mode}.json`));
    expect(coverage.percent).toBe(TOTAL);
    expect(percents(coverage)).toEqual(files);
    expect(ofNothing).toBe(100);
  });

  it.each(['line.xml', 'branch.xml', 'line.lcov', 'branch.lcov'])('%s gives the share of lines', (name) => {
    expect(readCoverage(readFixture(`coverage-py/${name}`)).percent).toBe(printedByCoveragePy('line').TOTAL);
  });

  it.each(['json', 'xml', 'lcov'])('say the same of each line as %s', (format) => {
    const branch = readCoverage(readFixture(`coverage-py/branch.${format}`));
    expect(branch.files.map(({ path }) => path)).toEqual(['shop/prices.py', 'shop/unused.py', 'tests/test_prices.py']);
    expect(linesOf(branch, 'shop/prices.py', 'missed')).toEqual([10, 23, 24, 25]);
    expect(linesOf(branch, 'shop/prices.py', 'partial')).toEqual([9, 15, 21]);
    expect(linesOf(branch, 'shop/prices.py', 'covered')).toEqual([4, 11, 14, 16, 17, 20, 22]);
    const line = readCoverage(readFixture(`coverage-py/line.${format}`));
    expect(linesOf(line, 'shop/prices.py', 'partial')).toEqual([]);
  });
});

describe('reports of c8 and Node', () => {
  it.each(['lcov.info', 'cobertura.xml'])('%s gives what c8 prints', (name) => {
    const printed = Object.fromEntries(
      [...readFixture('c8/total.txt').matchAll(/^ *(\S.*?) +\|.*\| +([\d.]+) \|[^|]*$/gm)].map(([, file, percent]) => [
        file,
        Number(percent),
      ]),
    );
    const coverage = readCoverage(readFixture(`c8/${name}`));
    expect(coverage.percent).toBe(printed['All files']);
    expect(percents(coverage)).toEqual({ 'src/prices.js': printed['prices.js'], 'src/types.ts': printed['types.ts'] });
    expect(linesOf(coverage, 'src/prices.js', 'missed')).toEqual([3, 4, 14]);
    expect(linesOf(coverage, 'src/prices.js', 'partial')).toEqual([2, 10]);
  });

  it("Node's own lcov says the same", () => {
    expect(readCoverage(readFixture('c8/node.lcov'))).toEqual(readCoverage(readFixture('c8/lcov.info')));
  });
});

const lcov = (...lines: string[]) => `TN:\n${lines.join('\n')}\nend_of_record\n`;
const json = (percent: number, executed: number[], missing: number[], path = 'a.py') => {
  const summary = { percent_covered: percent, num_statements: executed.length + missing.length };
  return JSON.stringify({
    files: { [path]: { executed_lines: executed, missing_lines: missing, summary } },
    totals: summary,
  });
};
const xml = (attributes: string, lines: string, filename = 'a.py', sources = '/job/src') =>
  `<?xml version="1.0"?><coverage ${attributes}><sources><source>${sources}</source></sources><packages><package>` +
  `<classes><class filename="${filename}"><lines>${lines}</lines></class></classes></package></packages></coverage>`;
const LINE = '<line number="1" hits="1"/>';

describe('the per cent', () => {
  it.each([
    ['coverage.py: halves to the even', json(3.125, [1], [2]), 3.12],
    ['coverage.py: halves to the even', json(3.375, [1], [2]), 3.38],
    ['coverage.py: never 100 for less', json(99.996, [1], [2]), 99.99],
    ['coverage.py: never 0 for more', json(0.001, [1], [2]), 0.01],
    ['coverage.py: 0', json(0, [], [1]), 0],
    ['coverage.py: 100', json(100, [1], []), 100],
    ['lcov: down, as Istanbul', lcov('SF:a.js', 'DA:1,1', 'DA:2,1', 'DA:3,0', 'LF:3', 'LH:2'), 66.66],
    ['lcov: without sums', lcov('SF:a.js', 'DA:1,1', 'DA:2,0'), 50],
    ['lcov: 0', lcov('SF:a.js', 'DA:1,0', 'LF:1', 'LH:0'), 0],
    ['lcov: 100', lcov('SF:a.js', 'DA:1,9', 'LF:1', 'LH:1'), 100],
    [
      'Cobertura: its rate, with four decimals',
      xml('line-rate="0.6666" lines-valid="3" lines-covered="2"', LINE),
      66.66,
    ],
    ['Cobertura: a binary fraction', xml('line-rate="0.7142000000000001"', LINE), 71.42],
    [
      'Cobertura: its counts behind a short rate',
      xml('line-rate="0.67" lines-valid="3" lines-covered="2"', LINE),
      66.67,
    ],
    ['Cobertura: never 100 for less', xml('line-rate="1" lines-valid="100000" lines-covered="99999"', LINE), 99.99],
    ['Cobertura: its rate where the counts differ', xml('line-rate="0.5" lines-valid="4" lines-covered="4"', LINE), 50],
    ['Cobertura: counts alone', xml('lines-valid="4" lines-covered="1"', LINE), 25],
    ['Cobertura: 0', xml('line-rate="0"', LINE), 0],
    ['Cobertura: 100', xml('line-rate="1.0"', LINE), 100],
    ['Cobertura: a very small rate', xml('line-rate="1e-05"', LINE), 0.01],
  ])('%s', (_name, text, percent) => expect(readCoverage(text).percent).toBe(percent));

  it.each([
    ['nothing', ''],
    ['a byte order mark', '\uFEFF\n'],
    ["coverage.py's 100 % of nothing", json(100, [], [])],
    ['lcov with a file without lines', lcov('SF:a.js', 'LF:0', 'LH:0')],
    ['lcov without files', 'TN:\n'],
    ["Istanbul's 100 % of nothing", xml('line-rate="1" lines-valid="0" lines-covered="0"', '')],
    ['Cobertura without a line', xml('line-rate="1"', '')],
  ])('is none of %s', (_name, text) => expect(() => readCoverage(text)).toThrow(NothingMeasured));
});

describe('files', () => {
  it('that are told twice in lcov are one, each branch counted once', () => {
    const first = ['SF:a.js', 'DA:1,1', 'DA:2,0', 'BRDA:1,0,0,1', 'BRDA:1,0,1,-', 'LF:2', 'LH:1', 'end_of_record'];
    const second = ['SF:a.js', 'DA:2,3', 'DA:3,0', 'BRDA:1,0,1,2', 'LF:2', 'LH:1'];
    const { percent, files } = readCoverage(lcov(...first, ...second));
    expect(percent).toBe(66.66);
    expect(files).toEqual([
      {
        path: 'a.js',
        percent: 66.66,
        lines: new Map([
          [1, 'covered'],
          [2, 'covered'],
          [3, 'missed'],
        ]),
      },
    ]);
  });

  it('that are told as several classes, or under two names, are one', () => {
    const inner =
      '<class filename="./a.py"><lines><line number="1" hits="0"/><line number="2" hits="0"/></lines></class>';
    const report = xml('line-rate="0.5"', LINE).replace('</classes>', `${inner}</classes>`);
    const [file, ...others] = readCoverage(report).files;
    expect(others).toEqual([]);
    expect(file).toEqual({
      path: 'a.py',
      percent: 50,
      lines: new Map([
        [1, 'covered'],
        [2, 'missed'],
      ]),
    });
  });

  it.each([
    ['/job/src/lib/a.js', 'lib/a.js'],
    ['./lib//a.js', 'lib/a.js'],
    ['lib\\win.js', 'lib/win.js'],
    ['a, b.js', 'a, b.js'],
    ['__proto__', '__proto__'],
  ])('are found below the checkout: %j', (path, found) => {
    expect(readCoverage(lcov(`SF:${path}`, 'DA:1,1')).files.map((file) => file.path)).toEqual([found]);
  });

  it.each(['/usr/lib/x.js', '/job/srcs/a.js', '../a.js', 'a/../../b.js', 'C:\\job\\a.js', 'a\u0007.js'])(
    'elsewhere are left out, and still in the total: %j',
    (path) => {
      const report = lcov(`SF:${path}`, 'DA:1,1', 'end_of_record', 'SF:b.js', 'DA:1,0');
      expect(readCoverage(report)).toMatchObject({ percent: 50, files: [{ path: 'b.js' }] });
    },
  );

  it.each([
    ['/job/src', 'a.py', ['a.py']],
    ['/job/src/shop', 'a.py', ['shop/a.py']],
    ['src', 'a.py', ['src/a.py']],
    ['/usr/lib/python3</source><source>/job/src/lib', 'a.py', ['lib/a.py']],
    ['/usr/lib/python3', 'a.py', []],
    ['/usr/lib/python3', '/job/src/a&amp;b.py', ['a&b.py']],
    ['', 'a.py', ['a.py']],
  ])('of Cobertura lie below its sources: %s, %s', (source, filename, paths) => {
    expect(readCoverage(xml('line-rate="1"', LINE, filename, source)).files.map(({ path }) => path)).toEqual(paths);
  });
});

describe('a broken report', () => {
  it.each([
    ['hello', "neither coverage.py's JSON nor Cobertura XML nor lcov"],
    ['{"totals":', 'begins like JSON, but is not'],
    ['{}', "not of coverage.py's form"],
    ['{"total":{"lines":{"pct":100}}}', "not of coverage.py's form"],
    [json(101, [1], []), "not of coverage.py's form"],
    [json(100, [1], []).replace('[1]', '["1"]'), "not of coverage.py's form"],
    [readFixture('coverage-py/branch.json').slice(0, 900), 'begins like JSON'],
    ['<coverage', 'not well-formed XML'],
    [readFixture('c8/cobertura.xml').slice(0, 900), 'not well-formed XML'],
    [readFixture('junit/pytest.xml'), 'not Cobertura XML'],
    ['<coverage clover="3"><project/></coverage>', 'not Cobertura XML'],
    [xml('', LINE), 'has no line-rate'],
    [xml('line-rate="many"', LINE), 'its line-rate "many"'],
    [xml('line-rate="1.5"', LINE), 'not from 0 to 1'],
    [xml('line-rate="NaN"', LINE), 'not from 0 to 1'],
    [xml('lines-valid="1" lines-covered="2"', LINE), 'more lines reached than there are'],
    [xml('line-rate="1"', '<line number="x" hits="1"/>'), 'its number "x"'],
    [xml('line-rate="1"', '<line number="1" hits="-1"/>'), 'its hits "-1"'],
    [xml('line-rate="1"', '<line hits="1"/>'), 'has no number'],
    [lcov('SF:a.js', 'DA:1,x'), 'its line 3 has a form that lcov does not know'],
    [lcov('SF:a.js', 'LF:many'), 'its line 3'],
    [lcov('SF:a.js', 'what is this?'), 'its line 3'],
    [lcov('SF:a.js', 'DA:1,1', 'LF:1', 'LH:2'), 'more lines reached than there are'],
    [lcov('SF:a.js', 'DA:1,1', 'SF:b.js'), 'begins a file before'],
    ['TN:\nDA:1,1\n', 'belongs to no file'],
    ['SF:a.js\nDA:1,1\n', 'was cut off'],
    ['#'.repeat(10 * 1024 * 1024 + 1), 'larger than 10 MiB'],
  ])('is refused, in words (%#)', (text, message) => {
    expect(() => readCoverage(text)).toThrow(ResultError);
    expect(() => readCoverage(text)).toThrow(message);
  });

  it.each([
    '<!DOCTYPE coverage [<!ENTITY a "b">]>',
    '<!DOCTYPE coverage [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE coverage SYSTEM "x.dtd" [ ]>',
    '<!ENTITY a "b">',
  ])('with entities of its own is refused: %s', (declaration) => {
    const report = xml('line-rate="1"', LINE).replace('<coverage', `${declaration}<coverage`);
    expect(() => readCoverage(report)).toThrow('declares entities');
  });
});
