// Runs before the React page's own script and breaks one thing of it, for each scenario.

const graphql = (init) => typeof init?.body === "string" ? JSON.parse(init.body) : {};
const isStream = (response) => response.headers.get("content-type")?.startsWith("text/event-stream");

// `change(ask, request, init)`: what is answered instead; `ask()` asks the server.
function overFetch(change) {
  const real = window.fetch;
  window.fetch = (url, init) => change(() => real(url, init), graphql(init), init);
}
function editRequests(edit) {
  overFetch((ask, request, init) => {
    if (request.variables?.input) {
      edit(request.variables.input);
      init.body = JSON.stringify(request);
    }
    return ask();
  });
}
function editAnswers(edit) {
  overFetch(async (ask) => {
    const response = await ask();
    if (isStream(response)) return response;
    const answer = await response.json();
    edit(answer);
    return new Response(JSON.stringify(answer), response);
  });
}
function swallow(type, concerns) {
  const stop = (event) => {
    if (!concerns(event)) return;
    event.stopImmediatePropagation();
    event.preventDefault();
  };
  addEventListener(type, stop, true);
}
const onButton = (name) => ({ target }) => target.closest?.("button")?.innerText === name;
const isEnter = (event) => event.key === "Enter";

function withDocument(act) {
  addEventListener("DOMContentLoaded", act);
}
function style(css) {
  withDocument(() => {
    document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  });
}
// `act(element)` for each that there is, and again after each change of the page.
function always(selector, act) {
  withDocument(() => {
    const all = () => document.querySelectorAll(selector).forEach(act);
    new MutationObserver(all).observe(document, { childList: true, characterData: true, subtree: true });
    all();
  });
}
function reword(selector, change) {
  always(selector, (element) => {
    const wanted = change(element.textContent);
    if (wanted !== element.textContent) element.textContent = wanted;
  });
}
function editFiles(kind, edit) {
  window.Blob = class extends Blob {
    constructor(parts, options) {
      super(options?.type.includes(kind) ? parts.map(edited) : parts, options);
    }
  };
  const edited = (part) => edit(typeof part === "string" ? part : new TextDecoder("utf-8", { ignoreBOM: true }).decode(part));
}
const forgetLink = () => { URLSearchParams.prototype.get = () => null; };

const BREAKS = {
  C01: () => withDocument(() => { new Image().src = "https://fonts.example/font.png"; }),
  C02: () => swallow("keydown", isEnter),
  C03: () => overFetch(async (ask) => {
    const response = await ask();
    return isStream(response) ? new Response(await response.text(), response) : response;
  }),
  C04: () => overFetch((ask, { variables }, init) => {
    if (init.body.includes("cancelRun(")) init.body = init.body.replace(variables.id, "another");
    return ask();
  }),
  C05: () => reword("[role=alert]", () => "Error 500"),
  C06: () => style("[data-role=assistant]:is([data-status=failed], [data-status=incomplete]) .body { display: none }"),
  C07: () => swallow("click", onButton("Retry")),
  C08: () => {
    let replies = 0;
    editRequests(({ history }) => { if (replies++) history.at(-1).content += "!"; });
  },
  C09: () => swallow("click", onButton("Clear conversation")),
  C10: () => editFiles("csv", (text) => text.replace("role", "author")),
  C11: () => editFiles("json", (text) => {
    const { messages, ...more } = JSON.parse(text);
    return JSON.stringify({ messages: messages.slice(0, -1), ...more });
  }),
  C12: () => reword("[role=status]", (text) => text.replace(/\$[\d.]+/, (sum) => `$${Number(sum.slice(1)).toFixed(4)}`)),
  C13: () => swallow("click", ({ target }) => target.closest?.(".switch")),
  C14: () => editAnswers(({ data }) => {
    for (const one of data?.assistants ?? []) one.questionLengthLimit &&= 60;
  }),
  C15: () => editRequests((input) => { delete input.settings; }),
  C16: () => editRequests((input) => { delete input.assistantId; }),
  C17: () => { forgetLink(); Storage.prototype.getItem = () => null; },
  C18: () => {
    let isLost = false;
    overFetch((ask) => isLost ? new Promise(() => {}) : ask().catch((error) => { isLost = true; throw error; }));
  },
  C19: forgetLink,
  C20: () => always("button.stop", (button) => { button.tabIndex = -1; }),
  C21: () => style("@media (prefers-color-scheme: light) { main { --subdued: #bbb } .title p { color: #bbb } }"),
  C22: () => style("@media (prefers-color-scheme: dark) { .title p { color: #444 } }"),
  C23: () => style("@media (max-width: 500px) { main { min-width: 600px } }"),
  C24: () => addEventListener("keydown", () => {
    const end = performance.now() + 10 * document.querySelectorAll("article").length;
    while (performance.now() < end);
  }, true),
  C25: () => always("[data-role=assistant][data-status=done] .body", (body) => {
    if (body.childElementCount && body.textContent.includes("<img")) body.innerHTML = body.textContent;
  }),
  C26: () => addEventListener("keydown", (event) => {
    if (isEnter(event)) fetch("https://metrics.example/", { mode: "no-cors" }).catch(() => {});
  }, true),
  C27: () => reword(".body p", (text) => text.normalize("NFKC")),
  C28: () => swallow("click", ({ target }) => target.closest?.(".starters")),
  C29: () => {
    const write = navigator.clipboard.writeText.bind(navigator.clipboard);
    navigator.clipboard.writeText = (text) => write(text.replaceAll("*", ""));
  },
  C30: () => style("table, pre { display: none }"),
  C31: () => style("aside small { display: none }"),
  C32: () => reword("[role=alert]", () => "Something went wrong, and nobody knows what."),
  C33: () => reword("[aria-live=polite]", (text) => text && [...document.querySelectorAll(".body")].at(-1).textContent + " is being written"),
  C34: () => always(".trouble", (trouble) => {
    if (!trouble.querySelector("button")) trouble.insertAdjacentHTML("beforeend", "<button>Retry</button>");
  }),
};
