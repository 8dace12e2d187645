/** Leads from one missed line of a file to the next: by buttons, and by the keys n and p. */

/** Missed lines that follow one another are one stop. */
function findStops(): HTMLElement[] {
  const rows = [...document.querySelectorAll<HTMLElement>('#code tr')];
  const isMissed = (row: HTMLElement | undefined): boolean => row?.matches('.missed, .partial') ?? false;
  return rows.filter((row, index) => isMissed(row) && !isMissed(rows[index - 1]));
}

const stops = findStops();
const place = document.getElementById('place');
let current = -1;

function goTo(index: number): void {
  const stop = stops[index];
  if (stop === undefined) return;
  stops[current]?.classList.remove('here');
  current = index;
  stop.classList.add('here');
  stop.tabIndex = -1;
  stop.focus({ preventScroll: true });
  stop.scrollIntoView({ block: 'center', inline: 'nearest' });
  if (place !== null) place.textContent = `Line ${stop.id.slice(1)}, ${index + 1} of ${stops.length}`;
}

/** Round and round: after the last one comes the first. */
const goBy = (step: 1 | -1): void => {
  if (stops.length === 0) return;
  goTo(current === -1 && step === -1 ? stops.length - 1 : (current + step + stops.length) % stops.length);
};

document.getElementById('next')?.addEventListener('click', () => goBy(1));
document.getElementById('previous')?.addEventListener('click', () => goBy(-1));
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target instanceof HTMLElement && event.target.matches('input, select, textarea')) return;
  if (event.key === 'n') goBy(1);
  if (event.key === 'p') goBy(-1);
});
