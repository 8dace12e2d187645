/** Who is in the room, and who is writing. */
import type { ChatPerson } from '@cloud-lab/common/chat';
import { countPeople } from '../../src/pages/chat/faces.ts';

interface PeopleOptions {
  people: readonly ChatPerson[];
  /** The reader's own name. */
  me: string | undefined;
}

/** As many names as one takes in at a glance. */
const NAMED = 12;

export function People({ people, me }: PeopleOptions) {
  const others = people.length - NAMED;
  return (
    <div class="people">
      <span class="meta">{countPeople(people.length)}</span>
      <ul aria-label="Who is here">
        {people.slice(0, NAMED).map(({ user, typing }) => (
          <li key={user} class={typing ? 'typing' : ''}>
            <span>{user}</span>
            {user === me && <span class="you">you</span>}
          </li>
        ))}
        {others > 0 && <li>and {others} more</li>}
      </ul>
    </div>
  );
}

/** `Ann is writing...` */
export function Typing({ people, me }: PeopleOptions) {
  const writing = people.filter(({ user, typing }) => typing && user !== me).map(({ user }) => user);
  return (
    <span class="writing">
      {writing.length > 0 && `${list(writing)} ${writing.length === 1 ? 'is' : 'are'} writing...`}
    </span>
  );
}

function list(names: string[]): string {
  if (names.length > 3) return `${names.length} people`;
  return names.length === 1 ? String(names[0]) : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
