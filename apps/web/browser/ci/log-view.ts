/** Shows a log that grows, without stopping the page: much text at once is shown piece by piece, frame by frame. */
import { createLogText } from './log-text.ts';

const CHUNK_LINES = 500;
const CHUNKS_PER_FRAME = 8;
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
  /** Whole lines that are not shown yet. */
  let waiting = '';
  let chunk: HTMLElement | undefined;
  let chunkLines = 0;
  let following = true;
  let planned = false;
  const rest = document.createElement('div');
  box.append(rest);

  /** Shows some of the lines: as many as the chunk has room for. */
  const addLines = (): void => {
    if (chunk === undefined || chunkLines >= CHUNK_LINES) {
      chunk = document.createElement('div');
      chunk.className = 'chunk';
      chunkLines = 0;
      rest.before(chunk);
    }
    const { end, lines } = cutLines(waiting, CHUNK_LINES - chunkLines);
    chunk.append(waiting.slice(0, end));
    waiting = waiting.slice(end);
    chunkLines += lines;
    chunk.style.containIntrinsicHeight = `${chunkLines}lh`;
  };

  const draw = (): void => {
    planned = false;
    for (let added = 0; added < CHUNKS_PER_FRAME && waiting !== ''; added++) addLines();
    if (following) box.scrollTop = box.scrollHeight;
    if (waiting !== '') plan();
  };
  const plan = (): void => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(draw);
  };

  // The box may become smaller, or its text larger: the end is still the end.
  new ResizeObserver(() => {
    if (following) box.scrollTop = box.scrollHeight;
  }).observe(box);
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
      waiting += complete;
      rest.textContent = open;
      plan();
    },
    end: () => {
      if (box.textContent === '' && waiting === '') rest.textContent = 'This run has written no log.';
    },
    clear: () => {
      text = createLogText();
      waiting = '';
      chunk = undefined;
      rest.textContent = '';
      box.replaceChildren(rest);
    },
  };
}

/** Where the first `most` lines of a text end, and how many they are. */
function cutLines(text: string, most: number): { end: number; lines: number } {
  let end = 0;
  let lines = 0;
  while (lines < most && end < text.length) {
    const next = text.indexOf('\n', end);
    end = next === -1 ? text.length : next + 1;
    lines += 1;
  }
  return { end, lines };
}
