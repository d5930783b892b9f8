// The clientside callbacks. What they share with other pages comes from /conversation.js.
(() => {
  const at = (id) => document.getElementById(id);
  const root = document.documentElement;
  root.style.colorScheme = localStorage.getItem("parley-theme") ?? "";

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "message" || !sends(event)) return;
    event.preventDefault();
    at("send").click();
  });
  copyOnClick();

  // Two places in the log, which Dash leaves alone: what is settled, and the reply that grows.
  function place(name) {
    const found = at("log").querySelector(`:scope > .${name}`);
    if (found) return found;
    const made = document.createElement("div");
    made.className = name;
    return at("log").appendChild(made);
  }

  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, { page: {
    open() {
      if (innerWidth < 768) at("settings").open = false; // it would cover the conversation
      return { saved: recalled(), run: linkedRun() };
    },
    keep(saved) { keep(saved); },
    settle(shown) {
      if (!shown) return;
      const settled = place("settled"), growing = place("growing");
      settled.innerHTML = shown.html;
      if (shown.newestFirst) settled.before(growing); else settled.after(growing);
      follow(at("log"), at("log"), shown.newestFirst);
      if (document.activeElement === document.body) at("message").focus();
    },
    grow(html) { place("growing").innerHTML = html ?? ""; },
    count(text, limit) {
      at("message").setAttribute("aria-describedby", "counter");
      count(text ?? "", at("counter"), limit);
      requestAnimationFrame(() => fit(at("message")));
    },
    turn(clicks) {
      if (!clicks) return;
      const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      root.style.colorScheme = (root.style.colorScheme || system) === "dark" ? "light" : "dark";
      localStorage.setItem("parley-theme", root.style.colorScheme);
    },
    tell: (value) => value ?? window.dash_clientside.no_update,
  } });
})();
