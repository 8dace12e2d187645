/** What a lab costs: the sum of what its cloud bills, and how a person reads it. */

/** Something that is billed. */
export type BillItem = {
  /** Such as `host web: Standard_B1ms, 1 vCPU, 2 GiB`. */
  what: string;
  /** Units of the currency; undefined: no price is known. */
  perHour: number | undefined;
  /** Whether it costs nothing while the machines are shut down. */
  stops: boolean;
  /** What the price does not say, such as what is free. */
  note?: string;
};

export type Estimate = {
  /** Such as `USD`. */
  currency: string;
  /** Where the prices come from, and how much they are worth. */
  basis: string;
  items: readonly BillItem[];
  perHour: number;
  /** Of 730 hours. */
  perMonth: number;
  /** What goes on while the machines are shut down: disks, addresses, services. */
  shutDownPerHour: number;
  shutDownPerMonth: number;
  /** Hours that the lab lives, and what it costs in them; both undefined where it lives for ever. */
  lifeHours: number | undefined;
  overLife: number | undefined;
  /** What it costs in its first month or, where that is shorter, in its life: as if it were never shut down. */
  firstMonth: number;
  /** What has no known price: the sums are without it, so the lab costs more. */
  unpriced: readonly string[];
};

/** Hours of a month, as clouds count. */
export const MONTH_HOURS = 730;

export type EstimateTerms = Pick<Estimate, 'currency' | 'basis'> & {
  /** Hours, as `lab:ttl`; undefined: for ever. */
  ttl: number | undefined;
};

export function sumBill(items: readonly BillItem[], { currency, basis, ttl }: EstimateTerms): Estimate {
  const perHour = sum(items);
  const shutDownPerHour = sum(items.filter(({ stops }) => !stops));
  return {
    currency,
    basis,
    items,
    perHour,
    perMonth: perHour * MONTH_HOURS,
    shutDownPerHour,
    shutDownPerMonth: shutDownPerHour * MONTH_HOURS,
    lifeHours: ttl,
    overLife: ttl === undefined ? undefined : perHour * ttl,
    firstMonth: perHour * Math.min(ttl ?? MONTH_HOURS, MONTH_HOURS),
    unpriced: items.filter((item) => item.perHour === undefined).map(({ what }) => what),
  };
}

function sum(items: readonly BillItem[]): number {
  return items.reduce((total, { perHour }) => total + (perHour ?? 0), 0);
}

/** One line, for the log of an update: what it costs in an hour, and over its life or in a month. */
export function formatEstimateLine(estimate: Estimate): string {
  const { currency, perHour, perMonth, lifeHours, overLife, basis, unpriced } = estimate;
  const total =
    lifeHours === undefined || overLife === undefined
      ? `${money(perMonth)} ${currency} a month, as it has no end (lab:ttl is none)`
      : `${money(overLife)} ${currency} over its life of ${formatHours(lifeHours)}`;
  const more = unpriced.length === 0 ? '' : `; not counted, as no price is known: ${unpriced.join(', ')}`;
  return `this lab costs about ${perHour.toFixed(3)} ${currency} an hour, ${total}${more} (${basis})`;
}

/** A table with a row for each thing that is billed, and the sums below. */
export function formatEstimate(estimate: Estimate): string {
  const { currency, basis, items, perHour, perMonth, shutDownPerHour, shutDownPerMonth, unpriced } = estimate;
  const rows = items.map(({ what, perHour: price, note }) => ({
    what: note === undefined ? what : `${what} (${note})`,
    hour: price === undefined ? 'no price known' : price.toFixed(3),
    month: price === undefined ? '' : money(price * MONTH_HOURS),
  }));
  const least = unpriced.length === 0 ? '' : ', and more for what has no price here';
  const sums = [
    { what: `together${least}`, hour: perHour.toFixed(3), month: money(perMonth) },
    { what: 'while the machines are shut down', hour: shutDownPerHour.toFixed(3), month: money(shutDownPerMonth) },
  ];
  const head = { what: '', hour: `${currency} an hour`, month: `a month of ${MONTH_HOURS} h` };
  const all = [head, ...rows, ...sums];
  const width = (column: keyof typeof head): number => Math.max(...all.map((row) => row[column].length));
  const [what, hour, month] = [width('what'), width('hour'), width('month')];
  const line = (row: typeof head): string =>
    `  ${row.what.padEnd(what)}  ${row.hour.padStart(hour)}  ${row.month.padStart(month)}`.trimEnd();
  return [line(head), ...rows.map(line), '', ...sums.map(line), '', `  ${formatLife(estimate)}`, `  (${basis})`].join(
    '\n',
  );
}

function formatLife({ currency, lifeHours, overLife, perMonth }: Estimate): string {
  return lifeHours === undefined || overLife === undefined
    ? `It lives until ./lab down (lab:ttl is none): ${money(perMonth)} ${currency} each month.`
    : `Over its life of ${formatHours(lifeHours)}: ${money(overLife)} ${currency}.`;
}

function money(amount: number): string {
  return amount.toFixed(2);
}

function formatHours(hours: number): string {
  if (hours % 24 !== 0) return `${hours} h`;
  return hours === 24 ? '1 day' : `${hours / 24} days`;
}
