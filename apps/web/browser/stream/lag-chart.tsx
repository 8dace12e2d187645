/** How the lag of a group went in the last two minutes. */
import { formatCount } from '../../src/pages/stream/format.ts';
import { LAG_MS, type LagPoint } from './store.ts';

const WIDTH = 240;
const HEIGHT = 44;
const LEAST = 10;

/** A line, with what it rises to. */
export function LagChart({ points, now }: { points: readonly LagPoint[]; now: number }) {
  const most = Math.max(LEAST, ...points.map(({ lag }) => lag));
  const last = points.at(-1);
  if (last === undefined) return null;
  const places = [...points, { at: now, lag: last.lag }].map(
    ({ at, lag }) => [WIDTH - ((now - at) / LAG_MS) * WIDTH, HEIGHT - 1 - (lag / most) * (HEIGHT - 4)] as const,
  );
  const line = places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const first = places[0]?.[0].toFixed(1) ?? '0';
  return (
    <figure class="lag-chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label="Lag over the last two minutes"
      >
        <polygon points={`${first},${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
        <polyline points={line} />
      </svg>
      <figcaption class="ends">
        <span>2 min ago</span>
        <span>at most {formatCount(Math.max(0, ...points.map(({ lag }) => lag)))}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}
