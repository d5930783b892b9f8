// What only the browser can do for a conversation; every page that shows one takes these functions.

// Characters as the server counts them: code points, without spaces and newlines around.
const counted = (text) => [...text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "")].length;

// Shows `12 / 50` while a question is typed; nothing where there is no limit.
function count(text, counter, limit) {
  const length = counted(text);
  counter.textContent = limit ? `${length} / ${limit}` : "";
  counter.classList.toggle("over", Boolean(limit) && length > limit);
}

// Enter sends; with Shift it begins a line, and while letters are being composed it does neither.
const sends = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing;

// The box is as high as what is written in it; style sheets set the bounds.
function fit(box) {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
}

// A button that vanishes takes the focus with it; the next thing to do is to type. Where one types
// with a finger, the keyboard stays away until it is wanted.
function focusFree(box) {
  if (document.activeElement === document.body && matchMedia("(pointer: fine)").matches) box.focus();
}

// Frameworks give their parts no roles. The log is told in whole replies, not word by word.
const LOG = { role: "log", "aria-label": "Conversation", "aria-live": "off", tabindex: "0" };
function describeLog(log) {
  for (const [name, value] of Object.entries(LOG)) log.setAttribute(name, value);
}

// `light` or `dark` where the person has chosen, else empty: the system's colours hold.
const chosenTheme = () => localStorage.getItem("parley-theme") ?? "";
function otherTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const other = (chosenTheme() || system) === "dark" ? "light" : "dark";
  localStorage.setItem("parley-theme", other);
  return other;
}

// Keeps the newest message in sight, unless the person has scrolled away from it.
function follow(log, scroller, newestFirst) {
  log.newestFirst = newestFirst;
  if (log.followed) return;
  log.followed = true;
  let following = true, messages = 0;
  const away = () => log.newestFirst
    ? scroller.scrollTop
    : scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  scroller.addEventListener("scroll", () => { following = away() < 80; });
  const stay = () => {
    if (following) scroller.scrollTop = log.newestFirst ? 0 : scroller.scrollHeight;
  };
  new MutationObserver(() => {
    const now = log.querySelectorAll(".message").length;
    following ||= now > messages;
    messages = now;
    stay();
  }).observe(log, { childList: true, characterData: true, subtree: true });
  new ResizeObserver(stay).observe(scroller);  // an alert takes room away from the conversation
}

async function copy(button) {
  const code = button.closest("figure")?.querySelector("code");
  await navigator.clipboard.writeText(button.dataset.text ?? code.textContent);
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

function copyOnClick() {
  if (document.copies) return;
  document.copies = true;
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button.copy");
    if (button) copy(button);
  });
}

// The file is made here, so that no conversation lies on the server's disk. Without the byte order
// mark, spreadsheets take UTF-8 for another encoding.
const TYPES = { csv: ["text/csv;charset=utf-8", "\ufeff"], json: ["application/json", ""] };
function download(kind, text) {
  const link = document.createElement("a"), [type, mark] = TYPES[kind];
  link.href = URL.createObjectURL(new Blob([mark + text], { type }));
  link.download = `conversation.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// A visit outlives a reload of its tab, and its address names its run.
const recalled = () => sessionStorage.getItem("parley") ?? "";
const linkedRun = () => new URLSearchParams(location.search).get("run") ?? "";
function keep(saved) {
  if (!saved || saved === recalled()) return;
  sessionStorage.setItem("parley", saved);
  const address = new URL(location), run = JSON.parse(saved).run;
  run ? address.searchParams.set("run", run) : address.searchParams.delete("run");
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}
