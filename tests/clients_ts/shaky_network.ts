// A `fetch` whose event streams break, and a keeper that forgets nothing but the page.
import type { Keeper } from "../../clients/typescript/index.ts";

/** How a stream breaks: with an error, as if it were over, or so with all that came at once. */
export type Break = "cut" | "end" | "burst";

/** Breaks the first streams, each after so many bytes; the later ones stay whole. */
export function shaky(breaks: readonly (readonly [afterBytes: number, how: Break])[]) {
  const due = [...breaks];
  const asked: string[] = [];
  const shakyFetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
    asked.push(JSON.parse(String(init?.body)).operationName);
    const [afterBytes, how] = due.shift() ?? [Infinity, "cut"];
    const body = response.body?.pipeThrough(breaking(afterBytes, how));
    return new Response(how === "burst" ? await wholeEvents(body) : body, response);
  };
  return { fetch: shakyFetch, asked };
}

function breaking(afterBytes: number, how: Break) {
  let left = afterBytes;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      if (passed.length > 0) controller.enqueue(passed);
      if (left > 0) return;
      if (how !== "cut") controller.terminate();
      else controller.error(new Error("the network broke"));
    },
  });
}

async function wholeEvents(body: ReadableStream | undefined): Promise<string> {
  const text = await new Response(body).text();
  return text.slice(0, text.lastIndexOf("\n\n") + 2);
}

/** What a browser's tab keeps. */
export function tab(): Keeper {
  let kept: string | null = null;
  return { read: () => kept, write: (text) => void (kept = text) };
}
