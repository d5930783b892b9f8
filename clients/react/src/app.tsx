// Paints a conversation: all that it knows and does is in `parley-client`.
import type { Conversation } from "parley-client";
import { download, follow } from "parley-client/browser";
import { announcementOf, spentOf, startersOf, titleOf, troubleOf } from "parley-client/texts";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";

import { Composer } from "./composer.tsx";
import { KeyBox } from "./key_box.tsx";
import { Message } from "./message.tsx";
import { Settings } from "./settings.tsx";

interface Props {
  conversation: Conversation;
}

export function App({ conversation }: Props) {
  useSyncExternalStore(conversation.subscribe, () => conversation.version);
  const { assistant, newestFirst, transcript } = conversation;
  const [isOpen, setOpen] = useState(false);
  const title = titleOf(conversation);
  const log = <Log key="log" conversation={conversation} />;
  const dock = <Dock key="dock" conversation={conversation} />;
  return (
    <>
      <title>{title}</title>
      <header>
        <span className="brand">Parley</span>
        <button aria-expanded={isOpen} aria-controls="settings" onClick={() => setOpen(!isOpen)}>
          Settings
        </button>
      </header>
      <aside id="settings" aria-label="Settings" data-open={isOpen}>
        <Settings conversation={conversation} />
      </aside>
      <main data-empty={transcript.messages.length === 0}>
        <div className="title">
          <h1>{title}</h1>
          <p>{assistant?.description}</p>
        </div>
        {newestFirst ? [dock, log] : [log, dock]}
      </main>
    </>
  );
}

function Log({ conversation }: Props) {
  const { newestFirst, transcript } = conversation;
  const last = transcript.messages.at(-1);
  const [box, list] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)];
  useEffect(() => follow(box.current!, list.current!, newestFirst), [newestFirst]);
  const regenerate = useCallback(() => void conversation.regenerate(), [conversation]);
  const drawn = transcript.view(newestFirst);
  return (
    <>
      <div className="log" role="log" aria-live="off" aria-label="Conversation" tabIndex={0} ref={box}>
        <div className="messages" ref={list}>
          {drawn.map((message, place) => (
            <Message
              key={newestFirst ? drawn.length - place : place + 1}
              message={message}
              regenerate={message === last && transcript.canRegenerate ? regenerate : undefined}
            />
          ))}
          <div className="starters">
            {startersOf(conversation).map((starter) => (
              <button key={starter} onClick={() => conversation.ask(starter)}>{starter}</button>
            ))}
          </div>
        </div>
      </div>
      <div className="unseen" aria-live="polite">{announcementOf(conversation)}</div>
    </>
  );
}

function Dock({ conversation }: Props) {
  const { transcript } = conversation;
  const { sentence, retryable } = troubleOf(conversation);
  return (
    <div className="dock">
      {sentence && (
        <div className="trouble">
          <div role="alert">{sentence}</div>
          {retryable && <button onClick={() => conversation.regenerate()}>Retry</button>}
        </div>
      )}
      {conversation.needsKey && <KeyBox conversation={conversation} />}
      <Composer conversation={conversation} />
      <div className="tools">
        <span role="status" aria-live="off" aria-label="Session cost">
          {spentOf(conversation)}
        </span>
        <button className="quiet" onClick={() => download(transcript, "csv")}>Download CSV</button>
        <button className="quiet" onClick={() => download(transcript, "json")}>Download JSON</button>
        <button className="quiet" onClick={() => conversation.clear()}>Clear conversation</button>
      </div>
    </div>
  );
}
