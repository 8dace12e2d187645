/** Shows what the launcher does, a line at a time, with the seconds since it began. */

export type Report = {
  /** One line of progress. */
  line(text: string): void;
  /**
   * Runs a step that may take long: a line when it takes longer than a moment, one at the end with its time, and a sign of life
   * every 15 s in which it says nothing.
   */
  step<T>(name: string, run: (say: (text: string) => void) => Promise<T>): Promise<T>;
  /** Until the function is called that it gives: a line with what `describe` says, whenever there was none for 15 s. */
  keepTelling(describe: () => string): () => void;
};

const QUIET_MS = 1000;
const SIGN_OF_LIFE_MS = 15_000;
const COUNT_EVERY_MS = 10_000;

/** A report on standard error, so that what a program would read stays alone on standard output. */
export function createReport(write: (text: string) => void = (text) => void process.stderr.write(text)): Report {
  const begun = Date.now();
  let told = begun;
  const line = (text: string): void => {
    told = Date.now();
    write(`${seconds(told - begun).padStart(7)}  ${text}\n`);
  };
  return {
    line,
    async step(name, run) {
      const start = Date.now();
      let said = start;
      let announced = false;
      let before = '';
      const say = (text: string): void => {
        // A count that goes up is told every few seconds, not each time.
        const same = alikeButForNumbers(text, before);
        if (same && Date.now() - said < COUNT_EVERY_MS) return;
        before = text;
        said = Date.now();
        announced = true;
        line(`${name}: ${text}`);
      };
      const timer = setInterval(() => {
        const now = Date.now();
        if (!announced && now - start >= QUIET_MS) say('…');
        else if (now - said >= SIGN_OF_LIFE_MS) say(`still at it (${seconds(now - start)})`);
      }, QUIET_MS);
      try {
        const result = await run(say);
        if (announced) line(`${name}: done (${seconds(Date.now() - start)})`);
        return result;
      } finally {
        clearInterval(timer);
      }
    },
    keepTelling(describe) {
      told = Date.now();
      const timer = setInterval(() => {
        if (Date.now() - told >= SIGN_OF_LIFE_MS) line(describe());
      }, QUIET_MS);
      return () => clearInterval(timer);
    },
  };
}

function alikeButForNumbers(one: string, other: string): boolean {
  return one.replaceAll(/\d+/g, '') === other.replaceAll(/\d+/g, '');
}

/** A time as people read it: `0.4 s`, `75 s`. */
export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
