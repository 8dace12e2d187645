/** Bars that show a part of a whole. Their numbers stand beside them in words. */
import { type Html, html } from '../html.ts';

const GOOD = 80;
const FAIR = 50;

/** How good a share is, as the name of a colour. */
export const levelOf = (percent: number): 'good' | 'fair' | 'poor' =>
  percent >= GOOD ? 'good' : percent >= FAIR ? 'fair' : 'poor';

const round = (value: number): number => Math.round(value * 100) / 100;

/** A piece of a bar, in per cent of its track. */
export interface BarPiece {
  from: number;
  width: number;
  /** Name of its colour. */
  style: string;
}

/** A bar of some pieces. */
export const bar = (...pieces: readonly BarPiece[]): Html =>
  html`<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="1"/>${pieces.map(({ from, width, style }) => html`<rect class="fill ${style}" x="${round(from)}" width="${round(width)}" height="1"/>`)}</svg>`;

/** A bar for a share of lines, in the colour of its level. */
export const shareBar = (percent: number): Html => bar({ from: 0, width: percent, style: levelOf(percent) });
