/** The rooms, who is there, and the way to another one. */
import type { ChatPerson } from '@cloud-lab/common/chat';
import { CHAT_LIMITS } from '@cloud-lab/common/chat-limits';
import type { RoomSummary } from '../../src/chat/chat.ts';
import { usePolled } from '../common/use-polled.ts';

const EVERY_MS = 5_000;

export interface RoomListOptions {
  /** The room that is open. */
  here: string;
  /** Who is there; that is known sooner than who is elsewhere. */
  people: readonly ChatPerson[];
  /** What the page came with. */
  rooms: readonly RoomSummary[];
}

export function RoomList({ here, people, rooms: first }: RoomListOptions) {
  const { value } = usePolled<{ rooms: RoomSummary[] }>('/api/v1/chat/rooms', EVERY_MS);
  const rooms = value?.rooms ?? first;
  const isListed = rooms.some(({ room }) => room === here);
  const shown = isListed ? rooms : [...rooms, { room: here, people: [], lastTime: null }];
  return (
    <nav class="rooms" aria-label="Rooms">
      <h2>Rooms</h2>
      <ul>
        {shown.map(({ room, people: there }) => (
          <RoomLink key={room} room={room} isHere={room === here} people={room === here ? people : there} />
        ))}
      </ul>
      <form class="open" action="/chat" method="get">
        <label class="hidden" for="open-room">
          Open a room
        </label>
        <input
          id="open-room"
          name="room"
          placeholder="Open a room"
          maxLength={CHAT_LIMITS.room}
          autocomplete="off"
          required
        />
        <button type="submit" class="plain">
          Open
        </button>
      </form>
    </nav>
  );
}

interface RoomLinkOptions {
  room: string;
  isHere: boolean;
  people: readonly ChatPerson[];
}

const RoomLink = ({ room, isHere, people }: RoomLinkOptions) => (
  <li>
    <a href={`/chat/${room}`} aria-current={isHere ? 'page' : undefined}>
      <span class="name">{room}</span> <span class="meta">{people.map(({ user }) => user).join(', ')}</span>
    </a>
  </li>
);
