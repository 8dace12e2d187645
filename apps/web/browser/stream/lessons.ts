/** Remembers which experiments the reader has ticked off. */

const STORED = 'stream-lessons';

/** Brings the boxes to life. */
export function rememberLessons(root: ParentNode): void {
  const boxes = [...root.querySelectorAll<HTMLInputElement>('[data-lesson]')];
  const done = new Set(read());
  for (const box of boxes) {
    box.checked = done.has(box.dataset.lesson ?? '');
    box.addEventListener('change', () => {
      write(boxes.filter((each) => each.checked));
      if (box.checked) openNext(boxes);
    });
  }
  if (done.size > 0) openNext(boxes);
}

/** The first one that is left to do; the others close by themselves. */
function openNext(boxes: readonly HTMLInputElement[]): void {
  const details = boxes.find(({ checked }) => !checked)?.nextElementSibling;
  if (details instanceof HTMLDetailsElement) details.open = true;
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
