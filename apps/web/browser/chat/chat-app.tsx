/** The whole of the chat: the rooms, and the one that is open. */
import { useEffect, useState } from 'preact/hooks';
import type { ChatPageState } from '../../src/pages/chat.ts';
import { Composer } from './composer.tsx';
import { MessageLog } from './message-log.tsx';
import { NameForm } from './name-form.tsx';
import { People, Typing } from './people.tsx';
import { RoomList } from './room-list.tsx';
import { keepName, readName } from './stored-name.ts';
import { useRoom } from './use-room.ts';

export function ChatApp(state: ChatPageState) {
  const { room } = state;
  const [name, setName] = useState(readName);
  const [isAsking, setAsking] = useState(false);
  const open = useRoom(state, name);
  const { conversation, people, isConnected } = open;
  useUnreadTitle(room, conversation.messages.length);

  const rename = (next: string): void => {
    keepName(next);
    setName(next);
    setAsking(false);
  };
  return (
    <>
      <RoomList here={room} people={people} rooms={state.rooms} />
      <section class="room" aria-labelledby="room-title">
        <header>
          <h1 id="room-title">{room}</h1>
          <People people={people} me={name} />
        </header>
        <MessageLog
          room={room}
          conversation={conversation}
          me={name}
          onOlder={open.loadOlder}
          onTryAgain={open.tryAgain}
          onDiscard={open.discard}
        />
        <p class="notices">
          <Typing people={people} me={name} />
          <span class="lost" role="status">
            {isConnected === false && 'The connection was lost. Trying again...'}
          </span>
        </p>
        {name === undefined || isAsking ? (
          <NameForm name={name} onName={rename} onCancel={name === undefined ? undefined : () => setAsking(false)} />
        ) : (
          <Composer room={room} name={name} onSay={open.say} onType={open.type} onRename={() => setAsking(true)} />
        )}
      </section>
    </>
  );
}

/** Tells in the title how much came while the reader was elsewhere. */
function useUnreadTitle(room: string, count: number): void {
  const [seen, setSeen] = useState(count);
  useEffect(() => {
    const look = (): void => {
      if (!document.hidden) setSeen(count);
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [count]);
  const unread = Math.max(0, count - seen);
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${room} – Chat – Cloud Lab`;
  }, [room, unread]);
}
