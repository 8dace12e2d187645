/** The first page: what the lab is, where its services are, how they are, and a place to try them. */
import type { LabInfo } from '../routes/status.ts';
import { type Html, html } from './html.ts';
import { page } from './layout.ts';
import { siteHeader } from './site-header.ts';

/** What each output of the lab is called on the page; others keep their own name. */
const TITLES: Record<string, string> = {
  webUrl: 'This site',
  webUrlTls: 'This site over TLS',
  apiUrl: 'REST API',
  ciUrl: 'CI',
  ciWebhookUrl: 'CI webhook',
  coverageUrl: 'Coverage reports',
  chatUrl: 'Chat',
  streamUrl: 'The stream at work',
  kafkaBootstrap: 'Kafka',
  kafkaPlaintext: 'Kafka, plaintext',
  blobUrl: 'Blob storage',
  gitUrl: 'Git repositories',
  containerUrl: 'Container instance',
  functionUrl: 'Function',
  predictUrl: 'Prediction',
  desktop: 'Desktop',
};

const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

const endpointRow = ([name, address]: [string, string]): Html => html`<div>
<dt>${TITLES[name] ?? name}</dt>
<dd>${isWebAddress(address) ? html`<a href="${address}">${address}</a>` : html`<code>${address}</code>`}</dd>
</div>`;

const example = (title: string, command: string): Html => html`<figure class="example">
<figcaption>${title}</figcaption>
<pre tabindex="0" data-copy><code>${command}</code></pre>
</figure>`;

export interface HomeOptions {
  lab: LabInfo;
  /** Origin by which the reader came, for the examples. */
  origin: string;
  /** Repository whose branches the CI tests by default. */
  repository: string;
}

/** Renders it; the live parts are filled by home.js, and say something useful without it. */
export function homePage({ lab, origin, repository }: HomeOptions): string {
  const api = lab.endpoints.apiUrl ?? `${origin}/api/v1`;
  const json = "-H 'Content-Type: application/json'";
  const endpoints = Object.entries(lab.endpoints);
  const body = html`${siteHeader(lab, 'home')}
<main id="main" class="wrap">
<p class="lead">A small cloud to learn with: a web server and its REST services, a CI that tests your branches,
Kafka for streams of messages, a database and a blob storage. Each of them runs on a host of its own.</p>

<section aria-labelledby="health-title">
<h2 id="health-title">How the lab is</h2>
<div id="health"><p>Look at <a href="/healthz">/healthz</a>: it names every part and says how it is.</p></div>
</section>

<div class="columns">
<section aria-labelledby="ci-title">
<h2 id="ci-title">Test a branch</h2>
<p>The <a href="/ci">CI</a> takes a branch of <code>${repository}</code>, runs its tests and measures their coverage.</p>
<div id="ci"><p>Without JavaScript, use the command under <a href="#examples-title">From your terminal</a>.</p></div>
</section>

<section aria-labelledby="add-title">
<h2 id="add-title">Add two numbers</h2>
<p>The first microservice of the lecture: numbers in, JSON out.</p>
<div id="add-numbers">
<form action="/api/v1/add_numbers" method="get">
<div class="fields">
<label>First number <input name="num1" inputmode="decimal" value="1" required autocomplete="off"></label>
<label>Second number <input name="num2" inputmode="decimal" value="2.5" required autocomplete="off"></label>
</div>
<button>Add</button>
</form>
</div>
</section>
</div>

<section aria-labelledby="runs-title">
<h2 id="runs-title">Last runs of the CI</h2>
<div id="runs"><p><a href="/ci">The page of the CI</a> lists them.</p></div>
<p class="scripted"><a href="/ci">All runs, and how the coverage went</a></p>
</section>

<section aria-labelledby="examples-title">
<h2 id="examples-title">From your terminal</h2>
${example('Add two numbers', `curl ${json} -d '{"num1": 1.0, "num2": 2.5}' ${api}/add_numbers`)}
${example('Test the branch main, and wait for the result', `curl ${json} -d '{"branch": "main"}' ${api}/ci`)}
</section>

<section aria-labelledby="endpoints-title">
<h2 id="endpoints-title">Where everything is</h2>
<dl class="endpoints">
${endpoints.length > 0 ? endpoints.map(endpointRow) : [endpointRow(['apiUrl', api])]}
</dl>
</section>
</main>
<footer class="wrap"><p><a href="/api/openapi.json">OpenAPI</a> · <a href="/api/v1/status">Status as JSON</a></p></footer>`;
  return page({ title: 'Cloud Lab', body, script: 'home.js', styles: ['ci.css'] });
}
