"""The few things that only the browser can do, as JavaScript."""

PREPARE = """() => {
  const theme = localStorage.getItem("parley-theme");
  if (theme) document.body.classList.toggle("dark", theme === "dark");
  document.querySelector("#message textarea").setAttribute("aria-describedby", "counter");
  if (innerWidth < 768) document.querySelector("#settings.open .toggle-button")?.click();
}"""
"""On a phone the settings would cover the conversation."""

RECALL = """() => {
  const linked = new URLSearchParams(location.search).get("run");
  return [null, sessionStorage.getItem("parley") ?? "", linked ?? ""];
}"""
"""→ visit, what the tab has kept, the run in the page's address."""

KEEP = """(saved) => {
  sessionStorage.setItem("parley", saved);
  const address = new URL(location), run = JSON.parse(saved).run;
  run ? address.searchParams.set("run", run) : address.searchParams.delete("run");
  history.replaceState(null, "", address);
}"""
"""Keeps the visit for a reload, and its run in the page's address."""

COUNT = """(text, limit) => {
  const length = [...text.trim()].length;
  if (!limit) return "";
  return `<span class="${length > limit ? "over" : ""}">${length} / ${limit}</span>`;
}"""

SWITCH_THEME = """() => {
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem("parley-theme", dark ? "dark" : "light");
}"""

REFOCUS = """() => {
  if (document.activeElement === document.body)
    document.querySelector("#message textarea").focus();
}"""
"""A button that vanishes takes the focus with it; the next thing to do is to type."""


_SAVE = """(text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([START, text], {type: "KIND"}));
  link.download = "NAME";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}"""


def _saved_as(name: str, kind: str, start: str = "") -> str:
    """Offers a text as a file, made in the browser: the server's disk keeps no conversation."""
    return _SAVE.replace("NAME", name).replace("KIND", kind).replace("START", f'"{start}"')


# Without the byte order mark, spreadsheets take UTF-8 for another encoding.
SAVE_CSV = _saved_as("conversation.csv", "text/csv;charset=utf-8", "\\ufeff")
SAVE_JSON = _saved_as("conversation.json", "application/json")

CONVERSATION_SCRIPT = """
const log = element.querySelector(".log");
let following = true, shown = 0;
log.addEventListener("scroll", () => {
  following = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
});
watch("value", () => {
  const top = log.firstElementChild;
  const newestFirst = log.childElementCount > 1 && top.matches("[data-status=streaming]");
  following ||= log.childElementCount > shown;
  shown = log.childElementCount;
  if (newestFirst) log.scrollTop = 0;
  else if (following) log.scrollTop = log.scrollHeight;
});
log.addEventListener("click", async ({target}) => {
  const button = target.closest("button.copy");
  if (!button) return;
  const code = button.closest("figure")?.querySelector("code");
  await navigator.clipboard.writeText(button.dataset.text ?? code.textContent);
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
});
"""
"""Follows the newest message unless the person has scrolled away, and copies."""
