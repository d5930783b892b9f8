// What Gradio's events ask of the browser; the rest is in the conversation's own script.

const box = () => document.querySelector("#message textarea");

function prepare() {
  const theme = chosenTheme();
  if (theme) document.body.classList.toggle("dark", theme === "dark");
  // On a phone the settings would cover the conversation.
  if (innerWidth < 768) document.querySelector("#settings.open .toggle-button")?.click();
  describeLog(document.querySelector("#conversation"));
  box().setAttribute("aria-describedby", "counter");
  order(false);
  copyOnClick();
}

function order(newestFirst) {
  const log = document.querySelector("#conversation");
  follow(log, log, newestFirst);
}

// → the visit, which is the server's; what the tab has kept; the run in the page's address.
const recall = () => [null, recalled(), linkedRun()];

function counter(text, limit) {
  const shown = document.createElement("span");
  shown.className = "counter";
  count(text, shown, limit);
  return limit ? shown.outerHTML : "";
}

const switchTheme = () => { document.body.classList.toggle("dark", otherTheme() === "dark"); };

function toMessage(...inputs) {
  document.activeElement.blur();
  focusFree(box());
  return inputs;
}
