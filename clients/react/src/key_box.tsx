// Asks for the key of an API that wants one.
import type { Conversation } from "parley-client";
import { enterKey } from "parley-client/browser";
import { useState } from "react";
import type { FormEvent } from "react";

export function KeyBox({ conversation }: { conversation: Conversation }) {
  const [key, setKey] = useState("");
  const use = (event: FormEvent) => {
    event.preventDefault();
    enterKey(conversation, key);
  };
  return (
    <form className="tools" onSubmit={use}>
      <input
        type="password"
        value={key}
        aria-label="Key of the API"
        placeholder="Key of the API"
        autoComplete="off"
        onChange={(event) => setKey(event.target.value)}
      />
      <button disabled={!key.trim()}>Use key</button>
    </form>
  );
}
