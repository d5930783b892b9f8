// The message box, and what else of the page only the browser can do. Runs for every change of `data`.
export default function ({ data, parentElement, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [box, counter, send, stop] = ["textarea", ".counter", ".send", ".stop"].map(find);
  const tell = (event, value) => setTriggerValue(event, value);

  if (!data.opened) {
    box.asked = undefined; // of a server that is gone
    return tell("opened", recalled());
  }
  keep(data.saved);
  find("[aria-live]").textContent = data.announcement;

  box.oninput = () => {
    fit(box);
    count(box.value, counter, data.limit);
    sessionStorage.setItem("parley-draft", box.value);
  };
  box.onkeydown = (event) => {
    if (!sends(event)) return;
    event.preventDefault();
    send.onclick();
  };
  // Streamlit may lose an event that comes while its script begins anew: told until it was heard.
  send.onclick = () => tell("asked", box.asked = [Math.max(Date.now(), data.heard + 1), box.value]);
  if (box.asked && box.asked[0] > data.heard) tell("asked", box.asked);
  stop.onclick = () => tell("stopped", true);

  const first = box.accepted === undefined, accepted = !first && box.accepted !== data.accepted;
  box.accepted = data.accepted;
  if (first) box.value = sessionStorage.getItem("parley-draft") ?? "";
  else if (accepted) box.value = "";
  box.oninput();

  const idle = first && document.activeElement === document.body;
  const focused = [send, stop].includes(document.activeElement);
  send.hidden = data.busy;
  stop.hidden = !data.busy;
  if (focused || accepted || idle) box.focus();

  const [number, kind, text] = data.file;
  if (box.files < number) download(kind, text);
  box.files = number;

  describe(box, data.newestFirst);
  copyOnClick();
}

// The conversation may be drawn later than the message box.
function describe(box, newestFirst) {
  const log = document.querySelector(".st-key-log");
  if (!log) return box.isConnected && requestAnimationFrame(() => describe(box, newestFirst));
  describeLog(log);
  follow(log, document.querySelector("[data-testid=stMain]"), newestFirst);
}
