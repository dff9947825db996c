/* The review page's fields: what they offer, saving while others save. Floor: Chromium 86. */
(() => {
  "use strict";
  const $ = (css, from) => (from || document).querySelector(css);
  const all = (css, from) => Array.from((from || document).querySelectorAll(css));
  const count = (text) => Array.from(text).length; /* characters as the server counts them */
  const out = $("#out");
  if (!out) return;
  const doc = $("#doc");
  const bulk = $("#bulk");
  const fresh = (id) => {
    const row = document.getElementById(`m-${id}`);
    if (row) window.htmx.ajax("GET", $("a.no2", row).getAttribute("href").replace("/edit/", "/row/"), { target: row, swap: "outerHTML" });
  };

  const shut = (slot) => {
    slot.textContent = "";
    document.getElementById(`m-${slot.id.slice(2)}`).focus();
  };

  /* ── marks, one kind after the other ── */
  const CSS_OF = { point: ".hl-k", date: ".hl-d", hotline: ".hl-p", owner: ".hl-o", partner: ".hl-c" };
  let kind = null;
  let markAt = -1;
  const walk = (by) => {
    const marks = all(kind ? CSS_OF[kind] : ".hl-k, .hl-d, .hl-p, .hl-o, .hl-c", $("article", doc));
    if (!marks.length) return;
    markAt = (markAt + by + marks.length) % marks.length;
    all(".paper .walk").forEach((old) => old.classList.remove("walk"));
    marks[markAt].classList.add("walk");
    window.halfskyReview.pane("doc");
    window.halfskyReview.show(marks[markAt], doc);
    $("#mark-at").textContent = `${markAt + 1}/${marks.length}`;
  };
  document.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-fresh], [data-ed-close], [data-step], [data-mark]");
    if (!hit) return;
    if (hit.dataset.fresh) { fresh(hit.dataset.fresh); $("#rv-note").textContent = ""; }
    if (hit.matches("[data-ed-close]")) shut(hit.closest(".m-ed"));
    if (hit.dataset.step) walk(Number(hit.dataset.step));
    if (!hit.dataset.mark) return;
    event.preventDefault();
    if (kind !== hit.dataset.mark) markAt = -1;
    kind = hit.dataset.mark;
    all("[data-mark]").forEach((chip) => { if (chip === hit) chip.setAttribute("aria-current", "true"); else chip.removeAttribute("aria-current"); });
    walk(1);
  });
  document.addEventListener("keydown", (event) => {
    const slot = event.key === "Escape" && event.target.closest && event.target.closest(".m-ed");
    if (slot) shut(slot);
  });

  /* ── selects hold their present choice only, until somebody comes to choose ── */
  const fill = (event) => {
    const select = event.target.closest && event.target.closest("select[data-fill]");
    const source = select && document.getElementById(select.dataset.fill);
    if (!source || select.dataset.filled) return;
    select.dataset.filled = "1";
    const now = select.value;
    const own = $("option:checked", select);
    const kept = all("option", select).filter((option) => !option.value);
    const fresh = all("option", source).filter((option) => option.value).map((option) => new Option(option.text, option.value));
    select.replaceChildren(...kept, ...fresh);
    if (now && !fresh.some((option) => option.value === now)) select.append(own);
    select.value = now;
  };
  document.addEventListener("pointerdown", fill, true);
  document.addEventListener("focusin", fill, true);

  /* a year that is being typed goes through 0002 and 0020: nothing to save yet */
  document.addEventListener("change", (event) => {
    if (event.target.type === "date" && event.target.value && event.target.value < "1900") event.stopImmediatePropagation();
  }, true);

  /* ── where the cursor stands in a measure's text: there it can be cut ── */
  const cursor = (event) => {
    const area = event.target;
    if (!area.matches || !area.matches("textarea[name=text]")) return;
    const box = area.closest(".ms, .rv-ed");
    const id = box && (box.dataset.measure || box.id.slice(2));
    all(`[data-cut="${id}"]`).forEach((cut) => { cut.value = count(area.value.slice(0, area.selectionStart)); });
  };
  ["keyup", "click", "focusout"].forEach((name) => document.addEventListener(name, cursor));

  /* ── bulk ── */
  const bulkShown = () => { if (bulk) bulk.hidden = !$("input[name=chosen]:checked", out); };
  document.addEventListener("change", (event) => {
    const at = event.target;
    if (!at.closest("#out")) return;
    bulkShown();
    if (at.matches("select[name=owner].af, select[name=lead_unit].af")) at.classList.toggle("lack", !at.value);
  });
  bulkShown();

  /* ── what others change: never over a field that is being filled in ── */
  const field = (el) => el && el.matches && el.matches("input:not([type=checkbox]):not([type=hidden]), textarea, select");
  const late = new Set();
  const isLive = (event) => event.detail.ctx && event.detail.ctx.sourceElement && event.detail.ctx.sourceElement.id === "live";
  document.addEventListener("htmx:config:request", (event) => { if (isLive(event) && document.hidden) event.preventDefault(); });
  ["htmx:before:request", "htmx:finally:request"].forEach((name) => document.addEventListener(name, (event) => {
    if (isLive(event)) event.stopImmediatePropagation(); /* a failed look is no news: the next one comes */
  }, true));
  document.addEventListener("htmx:before:swap", (event) => {
    const tasks = event.detail.tasks || [];
    const busy = document.activeElement;
    const live = isLive(event);
    for (let i = tasks.length - 1; i >= 0; i -= 1) {
      const { target, fragment } = tasks[i];
      if (!target || !target.matches || !target.matches(".ms, .kpr, #points")) continue;
      const writing = (field(busy) && target.contains(busy)) || (live && $(".rv-ed", target));
      if (writing && (live || target.matches(".ms"))) {
        if (target.matches(".ms")) late.add(target.id.slice(2));
        else if (busy && busy.closest(".ms")) late.add(busy.closest(".ms").id.slice(2));
        tasks.splice(i, 1);
        continue;
      }
      all(".kpr", fragment).forEach((point) => {
        const old = document.getElementById(point.id);
        if (old) point.open = old.open;
      });
      all("input[name=chosen]", fragment).forEach((box) => {
        const old = document.getElementById(box.id);
        if (old && old.checked) box.checked = true;
      });
      all(".ms", fragment).forEach((row) => {
        const old = document.getElementById(row.id);
        if (old && old.classList.contains("on")) row.classList.add("on");
      });
    }
  });
  out.addEventListener("focusout", (event) => {
    const row = event.target.closest(".ms");
    if (!row || !late.has(row.id.slice(2)) || row.contains(event.relatedTarget)) return;
    late.delete(row.id.slice(2));
    setTimeout(() => { if (!$(".m-err .note", row)) fresh(row.id.slice(2)); }, 600);
  });
  /* the list of what stood in the way shrinks as it is settled */
  const gapsLeft = () => {
    const list = $("#gaps");
    if (!list) return;
    all("li", list).forEach((line) => {
      const link = $("a", line);
      const at = document.getElementById(link.getAttribute("href").slice(1));
      line.hidden = !at || (at.matches(".sn") && !at.matches(".o"))
        || (at.matches(".ms") && !all(".gap", at).some((gap) => link.textContent.startsWith(gap.textContent)));
    });
    const left = all("li:not([hidden])", list).length;
    const head = $("h2", list);
    head.textContent = head.textContent.replace(/\d+/, left);
    list.hidden = !left;
  };
  document.addEventListener("htmx:after:settle", () => { bulkShown(); gapsLeft(); });
})();
