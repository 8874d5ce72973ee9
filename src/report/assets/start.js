// What is shown, by the address (`#shop=508`, `#month-ends`, with `&lang=zh`) and by what is picked and typed.

const byId = (id) => document.getElementById(id);

function choose(change) {
  Object.assign(state, change);
  show();
}

/** The words of the page's own frame. */
function frame() {
  document.documentElement.lang = isChinese() ? "zh-CN" : "en";
  document.title = byId("title").textContent = text("title", report.as_of);
  for (const labelled of document.querySelectorAll("[data-text]")) labelled.textContent = text(labelled.dataset.text);
  byId("search-label").textContent = text(isInPage ? "search" : "search_beginning");
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === state.language));
  }
  byId("languages").setAttribute("aria-label", text("language"));
  byId("sections").setAttribute("aria-label", text("sections"));
  byId("category").replaceChildren(...report.categories.map((of, place) =>
    element("option", { value: place, selected: place === state.category }, `${categoryNamed(of)} (${whole(of.present)})`)));
  byId("sections").replaceChildren(...SECTIONS.map(([id]) => element("a", { href: `#${id}` }, text(`section_${id}`))));
}

function sections() {
  return SECTIONS.map(([id, build]) =>
    element("section", { id, "aria-labelledby": `${id}-title` }, element("h2", { id: `${id}-title` }, text(`section_${id}`)), build()));
}

async function show() {
  frame();
  const wanted = state.shop;
  if (wanted === null) return byId("content").replaceChildren(...sections());
  let found = null;
  try {
    found = await find(wanted);
  } catch {
    byId("content").replaceChildren(element("p", null, text("not_loaded")));
    return;
  }
  // Another shop may have been asked for while its file came.
  if (wanted !== state.shop) return;
  byId("content").replaceChildren(...(found ? shopPage(found) : [element("p", null, text("no_shop", String(wanted)))]));
}

async function went() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const language = asked.get("lang");
  if (language === "zh" || language === "en") state.language = language;
  const shop = asked.get("shop");
  state.shop = /^\d+$/.test(shop ?? "") ? Number(shop) : null;
  await show();
  if (state.shop !== null) {
    byId("results").replaceChildren();
    byId("found").textContent = "";
    byId("content").focus({ preventScroll: true });
    scrollTo(0, 0);
  } else {
    const [section] = asked.keys();
    if (section) byId(section)?.scrollIntoView();
  }
}

async function searched() {
  const typed = byId("search").value.trim();
  const found = typed === "" ? [] : await search(typed);
  if (typed !== byId("search").value.trim()) return;
  const shown = found.slice(0, MOST_FOUND);
  byId("results").replaceChildren(...shown.map(([id, name, category]) => element("li", null, link(id, `${id} ${name} · ${category}`))));
  byId("found").textContent = typed === "" ? "" : text(found.length > shown.length ? "found_more" : "found", whole(shown.length));
}

byId("category").addEventListener("change", (event) => {
  if (state.shop !== null) history.pushState(null, "", "#day");
  choose({ category: Number(event.target.value), shop: null });
});
byId("search").addEventListener("input", searched);
byId("controls").addEventListener("submit", (event) => {
  event.preventDefault();
  const first = byId("results").querySelector("a");
  if (first) location.hash = first.getAttribute("href");
});
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => choose({ language: button.dataset.language }));
}
addEventListener("hashchange", went);
state.language = navigator.language.startsWith("zh") ? "zh" : "en";
went();
