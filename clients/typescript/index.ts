/**
 * The TypeScript consumer of the contract: a typed session, the transcript and the settings panel.
 *
 * What a frontend needs is here; the contract's types are as well, under their own names.
 */

export * from "./_generated/index.ts";
export { Conversation } from "./conversation.ts";
export type { Keeper } from "./conversation.ts";
export type { Notice } from "./endings.ts";
export * from "./errors.ts";
export { isEnding } from "./events.ts";
export type { Ending, Reconnecting, StreamEvent } from "./events.ts";
export { costTextOfMessage, factsOf, tokensTextOfMessage } from "./messages.ts";
export type { ChatMessage, Spent, Totals } from "./messages.ts";
export { Panel, PanelControl } from "./panel.ts";
export type { Value } from "./panel.ts";
export { DEFAULT_PATIENCE } from "./resuming.ts";
export type { Patience } from "./resuming.ts";
export { problemSentence } from "./sentences.ts";
export { Session } from "./session.ts";
export type { ChatOptions, SessionOptions } from "./session.ts";
export type { TranscriptState } from "./state.ts";
export { Transcript } from "./transcript.ts";
