/* Bringing a plan document: drop a file, see that it is being read. The page works without this file. */
(() => {
  "use strict";
  const drop = document.querySelector("[data-drop]");
  if (!drop) return;
  const input = drop.querySelector("input[type=file]");
  const over = (on) => (event) => { event.preventDefault(); drop.classList.toggle("over", on); };
  drop.addEventListener("dragover", over(true));
  drop.addEventListener("dragleave", over(false));
  drop.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; input.focus(); }
  });
  const reading = (on) => { document.getElementById("reading").hidden = !on; };
  document.addEventListener("htmx:before:request", () => reading(true));
  document.addEventListener("htmx:finally:request", (event) => {
    if (!(event.detail.ctx.response && event.detail.ctx.response.status < 300)) reading(false);
  });
})();
