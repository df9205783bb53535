"use strict";
// Opens the evidence a figure links to, and leaves a way back. Without script the browser and :target do the same.
(() => {
  const back = document.createElement("a");
  back.className = "back";
  back.textContent = "← back to the figure";
  const open = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target) return;
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    target.scrollIntoView({ block: "start" });
  };
  let count = 0;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.fig, svg a");
    if (!link || link.closest("#proof")) return;
    const place = link.closest("[id]:not(a)");
    if (!link.id && !link.closest("svg")) link.id = `from-${++count}`;
    back.href = `#${link.id || (place && place.id) || "answer"}`;
    document.body.append(back);
  });
  back.addEventListener("click", () => back.remove());
  addEventListener("hashchange", open);
  open();
})();
