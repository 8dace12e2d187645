/**
 * Brings what the server rendered up to date with the server's own views.
 * Only what differs is touched, so that focus, selection and opened details stay as the reader left them.
 */
import { type ComponentChild, h, hydrate, render } from 'preact';
import type { Html } from '../../src/pages/html.ts';
import { localiseTimes } from './times.ts';

/** Places whose content is known here. */
const known = new WeakSet<Element>();

/** Takes over what the server rendered, before the reader changes it. */
export function adopt(place: Element): void {
  if (known.has(place)) return;
  known.add(place);
  hydrate(toChildren(place), place);
}

/** Puts `markup` in the place of what `place` holds. Rows that move carry a `data-key` and stand side by side. */
export function show(place: Element, markup: Html): void {
  const template = document.createElement('template');
  template.innerHTML = markup.text;
  localiseTimes(template.content);
  adopt(place);
  render(toChildren(template.content), place);
}

const toChildren = (parent: Node): ComponentChild[] => [...parent.childNodes].map(toChild);

function toChild(node: Node): ComponentChild {
  if (!(node instanceof Element)) return node.textContent;
  const props = Object.fromEntries([...node.attributes].map(({ name, value }) => [name, toProp(node, name, value)]));
  return h(node.localName, { ...props, key: node.getAttribute('data-key') }, toChildren(node));
}

/** An attribute such as `open` has an empty text; as a property it is true. */
const toProp = (element: Element, name: string, value: string): string | true =>
  value === '' && typeof Reflect.get(element, name) === 'boolean' ? true : value;
