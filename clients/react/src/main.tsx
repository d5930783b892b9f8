// The page: one conversation over the API that serves it, kept in this tab.
import "./style.css";

import { Conversation, Session } from "parley-client";
import { addressRun, linkedRun, restoreTheme, tabKeeper, tabKey } from "parley-client/browser";
import { createRoot } from "react-dom/client";

import { App } from "./app.tsx";

const conversation = new Conversation(new Session(location.origin, { token: tabKey.read }), tabKeeper);
conversation.subscribe(() => addressRun(conversation.transcript.runId));
restoreTheme();
addEventListener("pagehide", conversation.keep);
createRoot(document.getElementById("page")!).render(<App conversation={conversation} />);
void conversation.open(linkedRun());
