/** What only a browser can do for a conversation, whatever its page is built with. */

import { Conversation } from "./conversation.ts";
import type { Keeper } from "./conversation.ts";
import { Session } from "./session.ts";
import type { Transcript } from "./transcript.ts";

const KEPT = "parley-conversation";
const KEY = "parley-key";
const THEME = "parley-theme";
const NEAR_PX = 80;

/** The page's one conversation, over the API that serves the page. Its address names the run. */
export function openPage(): Conversation {
  const session = new Session(location.origin, { token: tabKey.read });
  const conversation = new Conversation(session, tabKeeper);
  conversation.subscribe(() => addressRun(conversation.transcript.runId));
  addEventListener("pagehide", conversation.keep);
  restoreTheme();
  void conversation.open(linkedRun());
  return conversation;
}

/** Ask the API with this key from now on, as long as the tab is open. */
export function enterKey(conversation: Conversation, key: string): void {
  tabKey.write(key.trim());
  void conversation.open(linkedRun());
}

/** A conversation belongs to its tab and outlives a reload. */
const tabKeeper: Keeper = {
  read: () => sessionStorage.getItem(KEPT),
  write: (text) => sessionStorage.setItem(KEPT, text),
};

/** The API's key that was typed into this tab; it is gone with the tab. */
const tabKey = {
  read: () => sessionStorage.getItem(KEY),
  write: (key: string) => sessionStorage.setItem(KEY, key),
};

/** The run in the page's address. */
function linkedRun(): string | null {
  return new URLSearchParams(location.search).get("run");
}

/** The page's address with the run in it: who opens it sees that run. */
export function runLink(runId: string | null): string {
  const address = new URL(location.href);
  if (runId) address.searchParams.set("run", runId);
  else address.searchParams.delete("run");
  return address.href;
}

/** Let the page's address name the run. */
function addressRun(runId: string | null): void {
  const address = runLink(runId);
  if (address !== location.href) history.replaceState(null, "", address);
}

/** Offer the conversation as a file. */
export function download(transcript: Transcript, kind: "csv" | "json"): void {
  if (kind === "csv") save("conversation.csv", "text/csv;charset=utf-8", transcript.csvFile());
  else save("conversation.json", "application/json", transcript.toJson());
}

function save(name: string, type: string, content: BlobPart): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Pages that came neither over HTTPS nor from this machine may only copy what is selected. */
export async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const box = document.body.appendChild(document.createElement("textarea"));
  box.value = text;
  box.select();
  document.execCommand("copy");
  box.remove();
}

/** Show the colours that the person chose before (`data-theme`), if any; else the system's hold. */
function restoreTheme(): void {
  const theme = localStorage.getItem(THEME);
  if (theme) document.documentElement.dataset["theme"] = theme;
}

/** From light to dark, or back. */
export function switchTheme(): void {
  const { dataset } = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const theme = (dataset["theme"] ?? system) === "dark" ? "light" : "dark";
  dataset["theme"] = theme;
  localStorage.setItem(THEME, theme);
}

/** Enter sends; with Shift it begins a line, while letters are being composed it does neither. */
export function sends(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing;
}

/**
 * A button that vanishes takes the focus with it; the next thing to do is to type. On a phone the
 * focus would open the keyboard over the reply.
 */
export function focusFree(box: HTMLElement): void {
  const isFree = document.activeElement === document.body;
  if (isFree && matchMedia("(pointer: fine)").matches) box.focus();
}

/**
 * Keep the newest of the elements in `messages` in sight of the box that scrolls them, unless the
 * person has scrolled away from it; returns how to end that.
 */
export function follow(box: HTMLElement, messages: HTMLElement, newestFirst: boolean): () => void {
  let [following, count] = [true, 0];
  const look = () => {
    const below = box.scrollHeight - box.scrollTop - box.clientHeight;
    following = (newestFirst ? box.scrollTop : below) < NEAR_PX;
  };
  const move = () => {
    following ||= messages.childElementCount > count;
    count = messages.childElementCount;
    if (following) box.scrollTop = newestFirst ? 0 : box.scrollHeight;
  };
  const observer = new MutationObserver(move);
  observer.observe(messages, { childList: true, characterData: true, subtree: true });
  box.addEventListener("scroll", look, { passive: true });
  move();
  return () => {
    observer.disconnect();
    box.removeEventListener("scroll", look);
  };
}
