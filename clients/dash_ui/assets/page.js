// The clientside callbacks. What they share with other pages comes from /conversation.js.
(() => {
  const at = (id) => document.getElementById(id);
  const root = document.documentElement;
  root.style.colorScheme = chosenTheme();

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "message" || !sends(event)) return;
    event.preventDefault();
    at("send").click();
  });
  copyOnClick();

  window.dash_clientside = Object.assign(window.dash_clientside ?? {}, { page: {
    open() {
      if (innerWidth < 768) at("settings").open = false; // it would cover the conversation
      describeLog(at("log"));
      return { saved: recalled(), run: linkedRun() };
    },
    keep(saved) { keep(saved); },
    settle(shown) {
      if (!shown) return;
      at("settled-log").innerHTML = shown.html;
      follow(at("log"), at("log"), shown.newestFirst);
      focusFree(at("message"));
    },
    grow(shown) { [at("above").innerHTML, at("below").innerHTML] = shown ?? ["", ""]; },
    count(text, limit) {
      at("message").setAttribute("aria-describedby", "counter");
      count(text ?? "", at("counter"), limit);
      requestAnimationFrame(() => fit(at("message")));
    },
    turn(clicks) { if (clicks) root.style.colorScheme = otherTheme(); },
    tell: (value) => value ?? window.dash_clientside.no_update,
  } });
})();
