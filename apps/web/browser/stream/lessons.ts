/** Remembers which experiments the reader has ticked off. */

const STORED = 'stream-lessons';

/** Brings the boxes to life. */
export function rememberLessons(root: ParentNode): void {
  const boxes = [...root.querySelectorAll<HTMLInputElement>('[data-lesson]')];
  const done = new Set(read());
  for (const box of boxes) {
    box.checked = done.has(box.dataset.lesson ?? '');
    box.addEventListener('change', () => write(boxes.filter((each) => each.checked)));
  }
}

function read(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? '[]');
    return Array.isArray(stored) ? stored.map(String) : [];
  } catch {
    return [];
  }
}

function write(boxes: readonly HTMLInputElement[]): void {
  try {
    localStorage.setItem(STORED, JSON.stringify(boxes.map(({ dataset }) => dataset.lesson)));
  } catch {
    // A browser that keeps nothing forgets them.
  }
}
