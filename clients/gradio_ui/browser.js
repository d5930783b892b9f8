// What Gradio's events ask of the browser; the rest is in the conversation's own script.

// Gradio gives its parts no roles.
function describe() {
  const log = document.querySelector("#conversation");
  const told = { role: "log", "aria-label": "Conversation", "aria-live": "off", tabindex: "0" };
  for (const [name, value] of Object.entries(told)) log.setAttribute(name, value);
  follow(log, log, false);
  document.querySelector("#message textarea").setAttribute("aria-describedby", "counter");
}

function prepare() {
  const theme = localStorage.getItem("parley-theme");
  if (theme) document.body.classList.toggle("dark", theme === "dark");
  // On a phone the settings would cover the conversation.
  if (innerWidth < 768) document.querySelector("#settings.open .toggle-button")?.click();
  describe();
  copyOnClick();
}

function order(newestFirst) {
  const log = document.querySelector("#conversation");
  follow(log, log, newestFirst);
}

// → the visit, which is the server's; what the tab has kept; the run in the page's address.
const recall = () => [null, recalled(), linkedRun()];

function counter(text, limit) {
  const length = counted(text);
  return limit ? `<span class="counter ${length > limit ? "over" : ""}">${length} / ${limit}</span>` : "";
}

function switchTheme() {
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem("parley-theme", dark ? "dark" : "light");
}

// A button that vanishes would take the focus with it; the next thing to do is to type. Where one
// types with a finger, the keyboard stays away until it is wanted.
function toMessage(...inputs) {
  if (matchMedia("(pointer: fine)").matches) document.querySelector("#message textarea").focus();
  return inputs;
}

const downloadCsv = (text) => download("csv", text);
const downloadJson = (text) => download("json", text);
