/** Shows a log that grows, without stopping the page: much text at once is shown piece by piece, frame by frame. */
import { createLogText } from './log-text.ts';

const CHUNK_LINES = 500;
const LINES_PER_FRAME = 4_000;
/** So near to the end, in pixels, the reader is at the end. */
const NEAR_END = 40;

export interface LogView {
  push: (piece: string) => void;
  /** The log is complete. */
  end: () => void;
  /** Forgets all: the log comes again. */
  clear: () => void;
}

/**
 * Fills `box`, which scrolls; it follows the end unless the reader scrolls up, and `toEnd` brings the reader back.
 * Each chunk is an element of known height, which the browser does not lay out before it comes into sight.
 */
export function createLogView(box: HTMLElement, toEnd: HTMLElement): LogView {
  let text = createLogText();
  let waiting: string[] = [];
  let chunk: HTMLElement | undefined;
  let chunkLines = 0;
  let following = true;
  let planned = false;
  const rest = document.createElement('div');
  box.append(rest);

  const addLines = (lines: string[]): void => {
    while (lines.length > 0) {
      if (chunk === undefined || chunkLines >= CHUNK_LINES) {
        chunk = document.createElement('div');
        chunk.className = 'chunk';
        chunkLines = 0;
        rest.before(chunk);
      }
      const some = lines.splice(0, CHUNK_LINES - chunkLines);
      chunk.append(`${some.join('\n')}\n`);
      chunkLines += some.length;
      chunk.style.containIntrinsicHeight = `${chunkLines}lh`;
    }
  };

  const draw = (): void => {
    planned = false;
    addLines(waiting.splice(0, LINES_PER_FRAME));
    if (following) box.scrollTop = box.scrollHeight;
    if (waiting.length > 0) plan();
  };
  const plan = (): void => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(draw);
  };

  box.addEventListener('scroll', () => {
    following = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
    toEnd.hidden = following;
  });
  toEnd.addEventListener('click', () => {
    box.scrollTop = box.scrollHeight;
    box.focus();
  });

  return {
    push: (piece) => {
      const { complete, open } = text.push(piece);
      if (complete !== '') waiting.push(...splitLines(complete));
      rest.textContent = open;
      plan();
    },
    end: () => {
      if (box.textContent === '' && waiting.length === 0) rest.textContent = 'This run has written no log.';
    },
    clear: () => {
      text = createLogText();
      waiting = [];
      chunk = undefined;
      rest.textContent = '';
      box.replaceChildren(rest);
    },
  };
}

const splitLines = (text: string): string[] => text.replace(/\n$/, '').split('\n');
