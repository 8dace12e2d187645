/** The page for an address or a request that the site refuses. */
import { STATUS_CODES } from 'node:http';
import { html } from './html.ts';
import { page } from './layout.ts';

/** Says `text` and leads back to the first page. */
export function errorPage(status: number, text: string): string {
  const name = STATUS_CODES[status] ?? 'Error';
  return page({
    title: `${name} – Cloud Lab`,
    body: html`<main class="notice">
<p class="code">${status}</p>
<h1>${name}</h1>
<p>${text}</p>
<p><a href="/">To the first page of the lab</a></p>
</main>`,
  });
}
