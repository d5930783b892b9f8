// The box that a question is written in. Enter sends; with Shift it begins a line.
import type { Conversation } from "parley-client";
import { focusFree, sends } from "parley-client/browser";
import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent } from "react";

export function Composer({ conversation }: { conversation: Conversation }) {
  const { transcript } = conversation;
  const [question, setQuestion] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const isTooLong = (transcript.remaining(question) ?? 0) < 0;

  useEffect(() => focusFree(box.current!), [transcript.busy]);

  const send = () => {
    if (conversation.ask(question)) setQuestion(""); // else it stays in the box
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!sends(event.nativeEvent)) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="composer">
      <textarea
        ref={box}
        value={question}
        rows={Math.min(8, question.split("\n").length)}
        placeholder="Ask a question"
        aria-label="Message"
        aria-describedby="counter"
        aria-invalid={isTooLong}
        onChange={(event) => setQuestion(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span id="counter" className={isTooLong ? "over" : ""}>{transcript.counter(question)}</span>
      {transcript.busy
        ? <button key="stop" className="stop" onClick={() => void conversation.stop()}>Stop</button>
        : <button key="send" onClick={send}>Send</button>}
    </div>
  );
}
