/** The terminal of the chat: lines above, and below the line that one is writing, which stays as it is. */
import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';

export interface ScreenOptions {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  onLine: (text: string) => void;
  /** Something is being written. */
  onTyping: () => void;
  /** Ctrl-C, Ctrl-D, or the end of the input. */
  onEnd: () => void;
}

const PROMPT = '> ';

export class Screen {
  readonly #output: NodeJS.WriteStream;
  readonly #reading: Interface;
  readonly #interactive: boolean;

  constructor({ input, output, onLine, onTyping, onEnd }: ScreenOptions) {
    this.#interactive = input.isTTY === true && output.isTTY === true;
    this.#output = output;
    this.#reading = createInterface(
      this.#interactive ? { input, output, prompt: PROMPT, terminal: true } : { input, terminal: false },
    );
    this.#reading.on('line', (text) => {
      if (this.#interactive) this.#forgetTyped(text);
      onLine(text);
      this.#prompt();
    });
    this.#reading.on('SIGINT', onEnd);
    this.#reading.on('close', onEnd);
    if (this.#interactive) {
      input.on('keypress', () => {
        if (this.#reading.line.length > 0 && !this.#reading.line.startsWith('/')) onTyping();
      });
    }
    this.#prompt();
  }

  /** Whether somebody sits there. */
  get isInteractive(): boolean {
    return this.#interactive;
  }

  /** Whether to show colours: on a terminal, unless NO_COLOR asks for none. */
  get hasColours(): boolean {
    return this.#output.isTTY === true && this.#output.hasColors();
  }

  /** Prints a line above what is being written. */
  print(line: string): void {
    if (!this.#interactive) {
      this.#output.write(`${line}\n`);
      return;
    }
    moveCursor(this.#output, 0, -this.#reading.getCursorPos().rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    this.#output.write(`${line}\n`);
    this.#redraw();
  }

  /** Shows a note before what is being written. */
  note(text: string): void {
    if (!this.#interactive || this.#reading.getPrompt() === `${text}${PROMPT}`) return;
    moveCursor(this.#output, 0, -this.#reading.getCursorPos().rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    this.#reading.setPrompt(`${text}${PROMPT}`);
    this.#redraw();
  }

  close(): void {
    if (!this.#interactive) return;
    this.#reading.close();
    this.#output.write('\n');
  }

  #prompt(): void {
    if (this.#interactive) this.#reading.prompt();
  }

  #redraw(): void {
    // Readline would go up by the rows that it wrote the last time, over what is above now.
    (this.#reading as Interface & { prevRows: number }).prevRows = 0;
    this.#reading.prompt(true);
  }

  /** Takes away the line that was typed: it comes back as a message. */
  #forgetTyped(text: string): void {
    const columns = this.#output.columns ?? 80;
    const rows = Math.floor((this.#reading.getPrompt().length + text.length) / columns) + 1;
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
  }
}
