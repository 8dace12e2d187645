/** What stands above the content of every page: the lab's name, and where one can go. */
import type { LabInfo } from '../routes/status.ts';
import { type Html, html } from './html.ts';

const PLACES: [Place, string][] = [
  ['ci', 'CI'],
  ['chat', 'Chat'],
  ['stream', 'Stream'],
];

type Place = 'home' | 'ci' | 'chat' | 'stream';

/** The way past it for keyboards (to an element with the id `main`), and the header; `place`: where the reader is. */
export function siteHeader({ name, version }: Pick<LabInfo, 'name' | 'version'>, place: Place): Html {
  const title = place === 'home' ? html`<h1>Cloud Lab</h1>` : html`<p class="brand"><a href="/">Cloud Lab</a></p>`;
  return html`<a class="skip" href="#main">To the content</a>
<header class="top">
<div class="wrap${place === 'home' ? '' : ' wide'}">
${title}
<p class="lab">Lab <strong>${name}</strong>, version ${version}</p>
<nav aria-label="Site">${PLACES.map(([to, title]) => html`<a href="/${to}"${place === to ? html` class="here"` : ''}>${title}</a> `)}<a href="/api/docs">API documentation</a> <a href="/static/main/index.html">Coverage of main</a></nav>
</div>
</header>`;
}
