/* Parts of a page that come and go through htmx: what is told, what is kept, what failed.
   Floor: Chromium 86. Typed text stays in the page and nowhere else. */
(() => {
  "use strict";
  const { $, all, words, token, say, settle } = window.halfsky;

  /* A note over the page: something did not go through, nothing typed is lost. */
  const warn = (title, text, label, act) => {
    all(".offline").forEach((old) => old.remove());
    const box = document.createElement("div");
    box.className = "note bad offline";
    box.setAttribute("role", "alert");
    const inner = document.createElement("div");
    const head = document.createElement("b");
    head.textContent = title;
    const body = document.createElement("p");
    body.className = "s t2";
    body.textContent = text;
    const acts = document.createElement("div");
    acts.className = "acts";
    const add = (word, run) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm";
      button.textContent = word;
      button.addEventListener("click", () => { box.remove(); if (run) run(); });
      acts.append(button);
    };
    if (label) add(label, act);
    add(words.tClose);
    inner.append(head, body, acts);
    box.append(inner);
    document.body.append(box);
  };

  /* ── unsaved text: warned about on leaving, kept nowhere ── */
  const dirty = new Set();
  const keeper = (target) => target.closest && target.closest("form[data-keep]");
  document.addEventListener("input", (event) => {
    const form = keeper(event.target);
    if (form) dirty.add(form);
  });
  /* a part's form is clean only when its answer has come: htmx:finally:request */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[hx-post], [hx-put], [hx-patch]")) dirty.delete(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    dirty.forEach((form) => { if (!form.isConnected) dirty.delete(form); });
    if (!dirty.size) return;
    event.preventDefault();
    event.returnValue = "";
  });

  /* ── htmx ── */
  const on = (name, run) => document.addEventListener(name, (event) => run(event.detail.ctx || {}, event));
  const again = (ctx) => {
    const from = ctx.sourceElement;
    if (!from || !from.isConnected || !window.htmx) return;
    if (from.matches("form")) from.requestSubmit(); else window.htmx.trigger(from, (ctx.sourceEvent && ctx.sourceEvent.type) || "click");
  };
  let slow;
  on("htmx:config:request", (ctx) => {
    const key = token();
    if (key && ctx.request) ctx.request.headers["X-CSRFToken"] = key; /* a new sign-in changes it */
  });
  on("htmx:before:request", () => {
    clearTimeout(slow);
    slow = setTimeout(() => say(words.tSlow), 10000);
  });
  on("htmx:before:response", (ctx, event) => {
    /* Signed out meanwhile: never put the sign-in page into a part of this one. */
    const raw = ctx.response && ctx.response.raw;
    if (!raw || !raw.redirected || new URL(raw.url).pathname !== words.login) return;
    event.preventDefault();
    ctx.signedOut = true;
    warn(words.tSignin, words.tSigninText, words.tSigninDo, () => window.open(words.login, "_blank", "noopener"));
  });
  on("htmx:finally:request", (ctx) => {
    clearTimeout(slow);
    if (ctx.signedOut) return;
    const status = ctx.response ? ctx.response.status : 0;
    if (!status && String(ctx.status).startsWith("error")) warn(words.tOffline, words.tKept, words.tRetry, () => again(ctx));
    else if (status === 404) warn(words.tFailed, words.tGone);
    else if (status >= 400 && status !== 409 && status !== 422) warn(words.tFailed, words.tKept, words.tRetry, () => again(ctx));
    else if (status && status < 400) {
      all(".offline").forEach((note) => note.remove());
      const form = ctx.sourceElement && ctx.sourceElement.closest("form");
      if (form && ctx.sourceElement === form) dirty.delete(form);
    }
  });
  on("htmx:after:swap", (ctx) => {
    const place = ctx.target && ctx.target.isConnected ? ctx.target : document;
    const spoken = place.matches && place.matches("[data-say]") ? place : $("[data-say]", place);
    if (spoken) say(spoken.dataset.say);
  });
  on("htmx:after:settle", (ctx, event) => settle(event.target && event.target.isConnected ? event.target : document));
})();
