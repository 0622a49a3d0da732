// When the page is at rest, fetch what it takes to answer clicks here, before the server has. Where
// that fails, or somebody saves data, the server answers alone and nothing is missing.
function prepare() {
  if (!document.querySelector("#configure[data-local]") || navigator.connection?.saveData) return;
  const rest = globalThis.requestIdleCallback ?? setTimeout;
  rest(() => import("./local/page.js").catch(() => {}));
}

if (document.readyState === "complete") prepare();
else addEventListener("load", prepare);
