/** The page of the stream: a topic as lanes, its consumer groups, what happens, and a place to play. */
import { PLAYGROUND_TOPIC } from '@cloud-lab/common/topics';
import type { LabInfo } from '../routes/status.ts';
import type { StreamMessage, StreamSnapshot } from '../schemas/stream.ts';
import { type Html, html } from './html.ts';
import { page } from './layout.ts';
import { siteHeader } from './site-header.ts';
import { glossary, lessonList } from './stream/lessons.ts';
import { messageTable, partitionTable, topicTable } from './stream/tables.ts';

export interface StreamPageOptions {
  lab: LabInfo;
  topic: string;
  snapshot: StreamSnapshot;
  /** Newest first. */
  messages: readonly StreamMessage[];
}

/** Renders it as it is now; stream.js makes lanes of it and keeps it up to date. */
export function streamPage({ lab, topic, snapshot, messages }: StreamPageOptions): string {
  const isPlayground = topic === PLAYGROUND_TOPIC;
  const known = snapshot.topics.find((each) => each.topic === topic);
  const numbers =
    known === undefined ? html`<p class="empty">Nothing is known of it yet.</p>` : partitionTable(snapshot, known);
  const body = html`${siteHeader(lab, 'stream')}
<main id="main" class="wrap wide stream" data-topic="${topic}">
<h1>${isPlayground ? 'The stream' : html`<span class="quiet">The stream:</span> ${topic}`}</h1>
${isPlayground ? leadOf() : html`<p class="lead">${sentenceOf(known?.purpose)} <a href="/stream">To the playground</a>, where you can send and read yourself.</p>`}
<p id="problem" class="bad">${snapshot.problem ?? ''}</p>
<p id="spoken" class="hidden" role="status"></p>
<div class="${isPlayground ? 'board' : ''}">
<div>
<section aria-labelledby="lanes-title">
<div class="section-head"><h2 id="lanes-title">The partitions of ${topic}</h2><div id="hold" class="scripted"></div></div>
<div id="lanes"><p class="unscripted">The lanes move with JavaScript; <a href="#numbers-title">the same in numbers</a> is below.</p></div>
</section>
${isPlayground ? html`<section class="scripted" aria-labelledby="send-title"><h2 id="send-title">Send messages</h2><div id="send"></div></section>` : ''}
<section class="scripted" aria-labelledby="groups-title">
<div class="section-head"><h2 id="groups-title">Who reads it</h2><div id="start"></div></div>
<div id="groups"></div>
</section>
</div>
<div class="side">
${isPlayground ? html`<section aria-labelledby="try-title"><h2 id="try-title">Try this</h2>${lessonList()}</section>` : ''}
<section class="scripted" aria-labelledby="happened-title"><h2 id="happened-title">What happened</h2><div id="happened"></div></section>
</div>
</div>

<section aria-labelledby="numbers-title">
<h2 id="numbers-title" tabindex="-1">In numbers</h2>
<div id="numbers">${numbers}</div>
</section>

<section aria-labelledby="messages-title">
<h2 id="messages-title">Last messages</h2>
<div id="messages">${messageTable(messages)}</div>
</section>

<section aria-labelledby="topics-title">
<h2 id="topics-title">Topics of the lab</h2>
<div id="topics">${topicTable(snapshot, topic, PLAYGROUND_TOPIC)}</div>
</section>

<section aria-labelledby="words-title">
<h2 id="words-title">In plain words</h2>
${glossary()}
</section>
</main>
<footer class="wrap wide"><p><a href="/api/v1/stream">This as JSON</a></p></footer>`;
  const title = isPlayground ? 'The stream – Cloud Lab' : `${topic} – The stream – Cloud Lab`;
  return page({ title, body, script: 'stream.js', styles: ['ci.css', 'stream.css'] });
}

/** `To try it.` of `to try it`. */
const sentenceOf = (words = ''): string => (words === '' ? '' : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`);

const leadOf =
  (): Html => html`<p class="lead">Kafka keeps messages in topics, and a topic in lanes: its partitions. Send some, start consumers,
stop one, kill one, and see how they share the lanes.</p>`;
