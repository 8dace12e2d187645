/** One line of progress: rewritten on a terminal, a line every few seconds elsewhere. */

const TERMINAL_MS = 200;
const ELSEWHERE_MS = 5_000;

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #timer: NodeJS.Timeout;

  constructor(describe: () => string, stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    const show = () => void stream.write(stream.isTTY ? `\r\x1b[2K${describe()}` : `${describe()}\n`);
    this.#timer = setInterval(show, stream.isTTY ? TERMINAL_MS : ELSEWHERE_MS).unref();
  }

  /** Takes the line away again. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[2K');
  }
}
