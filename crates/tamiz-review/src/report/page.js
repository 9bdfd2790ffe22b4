"use strict";
(() => {
  const radios = document.querySelectorAll('input[name="lang"]');
  const speak = () => {
    document.documentElement.lang = document.getElementById("lang-es").checked ? "es" : "en";
  };
  if (/^es\b/i.test(navigator.language)) document.getElementById("lang-es").checked = true;
  radios.forEach((radio) => radio.addEventListener("change", speak));
  speak();
  const documents = [...document.querySelectorAll('details[name="document"]')];
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key !== "j" && event.key !== "k")) return;
    const open = documents.findIndex((one) => one.open);
    const next = documents[Math.min(documents.length - 1, Math.max(0, open + (event.key === "j" ? 1 : -1)))];
    if (!next) return;
    documents.forEach((one) => { one.open = one === next; });
    const summary = next.querySelector("summary");
    summary.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  });
})();
