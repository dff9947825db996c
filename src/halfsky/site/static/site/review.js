/* The review page: sentence and measure find each other, by mouse and by keys. The page works without
   this file. Floor: Chromium 86. */
(() => {
  "use strict";
  const $ = (css, from) => (from || document).querySelector(css);
  const all = (css, from) => Array.from((from || document).querySelectorAll(css));
  const count = (text) => Array.from(text).length; /* characters as the server counts them */

  const desk = $("#review");
  if (!desk) return;
  const doc = $("#doc");
  const out = $("#out");
  const act = $("#act");
  const article = $("article", doc);

  /* ── places ── */
  const show = (place, box) => {
    const at = place.getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    if (box.scrollHeight <= box.clientHeight + 2) {
      if (at.top < 60 || at.bottom > innerHeight - 20) place.scrollIntoView({ block: "center" });
    } else if (at.top < frame.top + 8 || at.bottom > frame.bottom - 8) {
      box.scrollTop += at.top - frame.top - box.clientHeight / 3;
    }
  };
  const pane = (name) => {
    desk.dataset.pane = name;
    all(".rv-tabs a").forEach((tab) => {
      if (tab.dataset.pane === name) tab.setAttribute("aria-current", "true"); else tab.removeAttribute("aria-current");
    });
  };
  const opened = (row) => {
    for (let at = row; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  };
  const clear = (css, name) => all(css).forEach((old) => old.classList.remove(name));

  /* ── a sentence is chosen ── */
  let chosen = null; /* its id */
  const rowsOf = (sentence) => {
    const ids = new Set();
    all("[data-m]", sentence).forEach((piece) => piece.dataset.m.split(" ").forEach((id) => ids.add(id)));
    return Array.from(ids).map((id) => document.getElementById(`m-${id}`)).filter(Boolean);
  };
  const partsOf = (id) => all(`.sn[data-i="${id}"]`, doc);
  const offer = (id, start, end, quote) => {
    if (!act) return;
    act.hidden = false;
    $("#act-quote").textContent = quote.length > 90 ? `${quote.slice(0, 89)}…` : quote;
    all("#act-add, #act-point").forEach((form) => {
      form.elements.sentence.value = id || "";
      form.elements.start.value = start;
      form.elements.end.value = end;
    });
    const word = $("#act-add-word");
    word.textContent = start === "" ? word.dataset.whole : word.dataset.part;
    const say = $("#act-say");
    say.hidden = !id;
    const url = desk.dataset.sentenceUrl.replace("/0/", `/${id || 0}/`);
    say.action = url;
    say.setAttribute("hx-post", url);
    $("#act-problem").textContent = "";
  };
  const said = (parts) => parts.map((part) => {
    const copy = part.cloneNode(true);
    all(".st", copy).forEach((sign) => sign.remove());
    return copy.textContent;
  }).join("");
  const choose = (sentence, quiet) => {
    const parts = partsOf(sentence.dataset.i);
    chosen = sentence.dataset.i;
    clear(".sn.at", "at");
    parts.forEach((part) => part.classList.add("at"));
    if (!quiet) { pane("doc"); show(sentence, doc); sentence.focus({ preventScroll: true }); }
    clear(".ms.hit", "hit");
    const rows = rowsOf(sentence);
    rows.forEach((row) => row.classList.add("hit"));
    if (rows.length) { opened(rows[0]); show(rows[0], out); }
    offer(chosen, "", "", said(parts));
  };

  /* ── a measure is chosen ── */
  const light = (row, go) => {
    const id = row.id.slice(2);
    clear(".ms.on", "on");
    row.classList.add("on");
    clear(".paper .hl-s", "hl-s");
    const pieces = all(`[data-m~="${id}"]`, doc);
    pieces.forEach((piece) => piece.classList.add("hl-s"));
    if (pieces.length && (go || innerWidth > 1100)) {
      if (go) pane("doc");
      show(pieces[0], doc);
    }
  };
  const toRow = (row) => {
    pane("out");
    opened(row);
    show(row, out);
    row.focus({ preventScroll: true });
    light(row);
  };
  const go = (hash) => {
    const place = hash.length > 1 && document.getElementById(hash.slice(1));
    if (!place) return false;
    if (place.matches(".sn")) choose(place);
    else if (place.matches(".ms")) toRow(place);
    else { opened(place); pane(doc.contains(place) ? "doc" : "out"); place.scrollIntoView({ block: "center" }); }
    return true;
  };
  const editor = (row) => {
    const slot = document.getElementById(`e-${row.id.slice(2)}`);
    if (slot.firstElementChild) { slot.textContent = ""; row.focus(); return; }
    const link = $("a.no2", row);
    window.htmx.ajax("GET", link.getAttribute("href"), { target: slot, swap: "innerHTML" }).then(() => {
      const first = $("textarea, select, input:not([type=hidden])", slot);
      if (first) { first.focus(); show(slot, out); }
    });
  };
  /* ── selected text ── */
  const offset = (node, at) => {
    const from = (node.nodeType === 3 ? node.parentElement : node).closest("[data-a]");
    if (!from) return null;
    const range = document.createRange();
    range.setStart(from, 0);
    range.setEnd(node, at);
    const part = range.cloneContents();
    all(".st", part).forEach((sign) => sign.remove());
    return Number(from.dataset.a) + count(part.textContent);
  };
  const picked = () => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!article.contains(range.commonAncestorContainer)) return null;
    const start = offset(range.startContainer, range.startOffset);
    const end = offset(range.endContainer, range.endOffset);
    return start === null || end === null || end <= start ? null : { start, end, quote: selection.toString() };
  };
  const pickedNow = () => {
    const part = picked();
    if (part) offer(chosen, part.start, part.end, part.quote);
    return part;
  };

  /* ── walking ── */
  const next = () => {
    const open = all(".sn.o", doc);
    const now = open.findIndex((one) => one.dataset.i === chosen);
    const later = open.slice(now + 1).find((one) => one.dataset.i !== chosen);
    if (open.length) { choose(later || open[0]); return; }
    const lacking = all(".ms .gap", out).map((gap) => gap.closest(".ms"));
    const row = $(".ms.on");
    const after = lacking.find((one) => row && row !== one && row.compareDocumentPosition(one) & 4) || lacking[0];
    if (after) toRow(after); else if ($("#year")) $("#year").scrollIntoView();
  };
  const step = (by) => {
    if (doc.contains(document.activeElement)) {
      const list = all(".sn[data-a]", doc);
      const now = list.findIndex((one) => one.dataset.i === chosen);
      const to = list[Math.min(list.length - 1, Math.max(0, now + by))];
      if (to) choose(to);
      return;
    }
    const rows = all(".ms", out);
    const now = rows.indexOf($(".ms.on"));
    const to = rows[Math.min(rows.length - 1, Math.max(0, now + by))];
    if (to) toRow(to);
  };

  /* ── clicks ── */
  desk.addEventListener("click", (event) => {
    const at = (css) => event.target.closest(css);
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    let hit;
    if ((hit = at(".st.m"))) { event.preventDefault(); go(hit.getAttribute("href")); return; }
    if ((hit = at("a.no2"))) {
      if ($(".af", hit.closest(".ms"))) { event.preventDefault(); editor(hit.closest(".ms")); }
      return;
    }
    if ((hit = at("[data-find]"))) { light(hit.closest(".ms"), true); return; }
    if ((hit = at("[data-find-in]"))) { event.preventDefault(); light(document.getElementById(`m-${hit.dataset.findIn}`), true); return; }
    if (at("[data-keys-help]")) { $("#rv-keys").showModal(); return; }
    if (at("[data-act-close]")) { act.hidden = true; return; }
    if ((hit = at(".sn"))) {
      if (at(".st")) event.preventDefault();
      if (getSelection().isCollapsed) choose(hit, !at(".st"));
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-go], [data-next], .rv-tabs a");
    if (!link) return;
    if (link.dataset.pane) { event.preventDefault(); pane(link.dataset.pane); return; }
    if (go(link.getAttribute("href"))) event.preventDefault();
  });
  document.addEventListener("mouseup", () => setTimeout(pickedNow, 0));
  out.addEventListener("focusin", (event) => {
    const row = event.target.closest(".ms");
    if (row && !row.classList.contains("on")) light(row);
  });
  doc.addEventListener("focusin", (event) => {
    if (event.target.matches(".sn") && event.target.dataset.i !== chosen) choose(event.target, true);
  });

  /* ── keys: never in a field, never when switched off ── */
  const press = (form, index) => {
    const button = form && !form.hidden && all("button", form)[index];
    if (button && act && !act.hidden) button.click();
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("dialog[open]")) return;
    if (event.key === "Enter" && target.matches(".ms, .sn")) {
      event.preventDefault();
      if (target.matches(".ms")) editor(target);
      else { const rows = rowsOf(target); if (rows.length) toRow(rows[0]); else if (act) $("#act-add button").focus(); }
      return;
    }
    if (document.body.dataset.keys !== "on") return;
    if (target.closest && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "n") next();
    else if (key === "?" && $("#rv-keys")) $("#rv-keys").showModal();
    else if (!act) return;
    else if (key === "x" && $(".ms.on")) $(".ms.on input[type=checkbox]").click();
    else if (key === "u") $("#undo").requestSubmit();
    else if (key === "m" && (pickedNow() || chosen)) press($("#act-add"), 0);
    else if (/^[1-4]$/.test(key) && chosen) press($("#act-say"), Number(key) - 1);
    else if (key === "0" && chosen) press($("#act-say"), 4);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  const settle = () => {
    all("[data-find], [data-step], [data-keys-help], [data-act-close], [data-ed-close]").forEach((one) => { one.hidden = false; });
    const parts = chosen ? partsOf(chosen) : [];
    parts.forEach((part) => part.classList.add("at"));
  };
  document.addEventListener("htmx:after:settle", settle);
  settle();
  window.halfskyReview = { pane, show };
  if (location.hash) go(location.hash);
  else if (act && !act.hidden) { const id = new URLSearchParams(location.search).get("sentence"); const one = partsOf(id)[0]; if (one) choose(one); }
})();
