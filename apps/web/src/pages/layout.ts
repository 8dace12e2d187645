/** The frame that all pages share. */
import { type Html, html } from './html.ts';

export interface PageOptions {
  title: string;
  body: Html;
  /** Script under /, such as `home.js`; pages work without it. */
  script?: string;
  /** Styles under /, beside those of all pages. */
  styles?: readonly string[];
}

/** A whole HTML document. */
export function page({ title, body, script, styles = [] }: PageOptions): string {
  const scriptTag = script === undefined ? html`` : html`<script type="module" src="/${script}"></script>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="/favicon.svg">
${['lab.css', ...styles].map((style) => html`<link rel="stylesheet" href="/${style}">\n`)}${scriptTag}
</head>
<body>
${body}
</body>
</html>
`.text;
}
