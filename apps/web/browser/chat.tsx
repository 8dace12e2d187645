/** The chat: the page of a room comes alive. */
import { render } from 'preact';
import type { ChatPageState } from '../src/pages/chat.ts';
import { ChatApp } from './chat/chat-app.tsx';

const place = document.getElementById('chat');
if (place?.dataset.state !== undefined) {
  const state = JSON.parse(place.dataset.state) as ChatPageState;
  place.replaceChildren();
  render(<ChatApp {...state} />, place);
}
