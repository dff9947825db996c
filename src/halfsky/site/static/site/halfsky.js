/* The frame's behaviour. Every page works without this file; with it, quicker.
   Floor: Chromium 86. No inline handlers, no page content kept in the browser. */
(() => {
  "use strict";
  const $ = (css, from) => (from || document).querySelector(css);
  const all = (css, from) => Array.from((from || document).querySelectorAll(css));
  const root = document.documentElement;
  const words = document.body.dataset;
  const token = () => {
    const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    return found ? found[1] : null;
  };

  /* ── saying things ── */
  const say = (text) => {
    const place = $("#say");
    if (!place || !text) return;
    place.textContent = "";
    setTimeout(() => { place.textContent = text; }, 60);
  };
  const dress = (toast) => {
    const close = $("[data-close]", toast);
    if (close) close.hidden = false;
    let timer;
    const stay = () => clearTimeout(timer);
    const leave = () => { stay(); timer = setTimeout(() => toast.remove(), 10000); };
    toast.addEventListener("mouseenter", stay);
    toast.addEventListener("focusin", stay);
    toast.addEventListener("mouseleave", leave);
    toast.addEventListener("focusout", leave);
    leave();
  };
  const toast = (text) => {
    const box = document.createElement("div");
    box.className = "toast";
    box.textContent = text;
    $("#toasts").append(box);
    dress(box);
  };
  /* ── what a new piece of page needs ── */
  const grow = (area) => { /* by rows, not by a style attribute, which the policy forbids to copy */
    const least = Number(area.dataset.grow) || 2;
    area.rows = least;
    while (area.scrollHeight > area.clientHeight && area.rows < 30) area.rows += 1;
  };
  const settle = (piece) => {
    all("textarea[data-grow]", piece).forEach(grow);
    all("[data-copy]", piece).forEach((button) => { button.hidden = false; });
    all("[data-toast]", piece).forEach(dress);
    all("[data-bulk]", piece).forEach(counted);
    const wanted = $("[data-focus]", piece);
    if (wanted) wanted.focus();
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-grow]")) grow(event.target);
  });

  /* ── bulk choice ── */
  const counted = (barOfList) => {
    const boxes = all(`input[type="checkbox"][name="${barOfList.dataset.bulk}"]`);
    const chosen = boxes.filter((box) => box.checked).length;
    const count = $("[data-bulk-count]", barOfList);
    const every = $("[data-bulk-all]", barOfList);
    if (count) count.textContent = chosen ? count.dataset.one.replace("{n}", chosen) : "";
    if (every) {
      every.checked = chosen > 0 && chosen === boxes.length;
      every.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  };
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.dataset.bulkAll) {
      all(`input[type="checkbox"][name="${box.dataset.bulkAll}"]`).forEach((one) => { one.checked = box.checked; });
    }
    all("[data-bulk]").forEach(counted);
    if (box.dataset.submit !== undefined && box.form) box.form.requestSubmit();
  });

  /* ── layers: dialogs, menus, the drawer ── */
  const open = (dialog) => {
    if (!dialog || dialog.open) return;
    if (location.hash === `#${dialog.id}`) history.replaceState(history.state, "", location.pathname + location.search);
    dialog.showModal();
    const first = $("[autofocus], input:not([type=hidden]), button, a", dialog);
    if (first) first.focus();
  };
  const drawer = $("#nav");
  const opener = $("[data-nav-open]");
  const slide = (out) => {
    if (!drawer || !opener) return;
    drawer.classList.toggle("open", out);
    opener.setAttribute("aria-expanded", String(out));
    if (out) ($("a[aria-current]", drawer) || $("a", drawer)).focus(); else opener.focus();
  };
  if (opener) {
    opener.setAttribute("role", "button");
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-controls", "nav");
  }
  const palette = $("#palette");

  document.addEventListener("click", (event) => {
    const at = (css) => event.target.closest(css);
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
    all("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    let hit;
    if (plain && palette && at("[data-palette]")) { event.preventDefault(); open(palette); return; }
    if ((hit = at("[data-open]"))) {
      const dialog = document.getElementById(hit.dataset.open);
      if (dialog && dialog.showModal) { event.preventDefault(); open(dialog); return; }
    }
    if (at("[data-nav-open]")) { event.preventDefault(); slide(!drawer.classList.contains("open")); return; }
    if (at("[data-nav-close]")) { event.preventDefault(); slide(false); return; }
    if (drawer && drawer.classList.contains("open") && !drawer.contains(event.target)) slide(false);
    if ((hit = at("[data-close]"))) {
      const layer = hit.closest("dialog, .toast");
      if (layer) {
        if (layer.open) layer.close(); else if (layer.matches(".toast")) layer.remove();
        if (!layer.matches("dialog:target")) event.preventDefault();
      }
      return;
    }
    if (event.target.matches("dialog[open]")) event.target.close(); /* the veil */
    if ((hit = at("[data-copy]"))) {
      const done = () => toast(words.tCopied);
      if (navigator.clipboard) navigator.clipboard.writeText(hit.dataset.copy).then(done, () => {});
      return;
    }
    if ((hit = at("[data-quick]"))) { event.preventDefault(); quick(hit); }
  });

  if (root.dataset.bsTheme === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches) {
    all('[data-quick="theme"]').forEach((button) => {
      button.setAttribute("aria-pressed", "true");
      button.value = "theme=light";
    });
  }
  /* Theme and large print change at once; the server is told behind the page's back. */
  const quick = (button) => {
    const name = button.dataset.quick;
    const on = button.getAttribute("aria-pressed") !== "true";
    if (name === "theme") root.dataset.bsTheme = on ? "dark" : "light";
    else root.classList.toggle("big-text", on);
    const told = new FormData();
    told.append("quick", button.value);
    all(`[data-quick="${name}"]`).forEach((twin) => {
      twin.setAttribute("aria-pressed", String(on));
      twin.value = name === "theme" ? `theme=${on ? "light" : "dark"}` : `large_print=${on ? "off" : "on"}`;
    });
    const key = token();
    fetch(words.preferences, { method: "POST", body: told, headers: key ? { "X-CSRFToken": key } : {}, redirect: "manual" })
      .catch(() => {});
    all("textarea[data-grow]").forEach(grow);
  };

  /* ── keys ── */
  const rows = () => all("[data-row]").filter((row) => row.offsetParent !== null);
  const step = (by) => {
    const list = rows();
    if (!list.length) return;
    const now = list.findIndex((row) => row.classList.contains("on"));
    const next = list[Math.min(list.length - 1, Math.max(0, now < 0 ? (by > 0 ? 0 : list.length - 1) : now + by))];
    list.forEach((row) => row.classList.toggle("on", row === next));
    const link = next.matches("a, [tabindex]") ? next : $("a, button, input", next);
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const inField = (target) => target.closest && target.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && palette) {
      event.preventDefault();
      open(palette);
      return;
    }
    if (event.key === "Escape") {
      const menu = $("details[data-menu][open]");
      if (menu) { menu.open = false; $("summary", menu).focus(); }
      if (drawer && drawer.classList.contains("open")) slide(false);
      return;
    }
    if (palette && palette.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const stops = [$("#palette-q")].concat(all(".hit", palette));
      const to = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
      stops[(to + stops.length) % stops.length].focus();
      return;
    }
    if (event.target.id === "palette-q" && event.key === "Enter") {
      const first = $(".hit", palette);
      if (first && first.closest("[data-q]") && first.closest("[data-q]").dataset.q === event.target.value.trim()) {
        event.preventDefault();
        first.click();
      }
      return;
    }
    /* Single keys: never in a field, never with another key, never when switched off. */
    if (words.keys !== "on" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const box = event.target.matches && event.target.matches('input[type="checkbox"]');
    if ((inField(event.target) && !box) || $("dialog[open]")) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "x" && $("[data-row].on input[type=checkbox]")) $("[data-row].on input[type=checkbox]").click();
    else if (event.key === "Enter" && box && $("[data-row].on a[href]")) $("[data-row].on a[href]").click();
    else if (event.key === "?") open($("#keys"));
    else return;
    event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest && event.target.closest("[data-row]");
    if (row) all("[data-row].on").forEach((other) => { if (other !== row) other.classList.remove("on"); });
  });

  /* for parts.js */
  window.halfsky = { $, all, words, token, say, settle };
  document.addEventListener("DOMContentLoaded", () => settle(document));
})();
