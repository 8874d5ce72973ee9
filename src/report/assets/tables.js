// Elements, charts, and tables that sort and leave as CSV.

const SHOWN_AT_FIRST = 10;

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, given] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), given);
    else if (given !== null && given !== false) made.setAttribute(name, given === true ? "" : given);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** A chart that was drawn with the report; null where there is none of this name. */
function chart(name) {
  const template = document.querySelector(`template[data-chart="${CSS.escape(name)}"]`);
  return template && template.content.cloneNode(true);
}

function figure(name, caption, legend) {
  return element("figure", null, chart(name), element("figcaption", null, caption), legend ?? null);
}

const link = (shop, name) => element("a", { href: `#shop=${shop}` }, name);

// Cells: what is shown, what it is sorted by, and what CSV has.
const textCell = (shown) => ({ shown, sort: shown, csv: shown });
const numberCell = (figure, shown = figure === null ? "" : whole(figure)) => ({ shown, sort: figure, csv: figure, isNumber: true });
const scoreCell = (score) => numberCell(score, points(score));
const changeCell = (before, now) => {
  const change = before === null || now === null ? null : now - before;
  return numberCell(change === null ? null : Number(change.toFixed(4)), change === null ? "" : signed(change));
};
const chartCell = (name, isWide) => ({ shown: chart(name) ?? "", sort: null, csv: null, isChart: true, isWide });
const shopCell = (shop, name) => ({ shown: link(shop, name), sort: name, csv: name });
const idCell = (shop) => ({ shown: link(shop, String(shop)), sort: shop, csv: shop, isId: true });

/** Rows with the greatest or least first; what is missing comes last. */
function sorted(rows, column, descending) {
  const compare = (one, other) => {
    const [a, b] = [one.cells[column].sort, other.cells[column].sort];
    if (a === null || b === null) return (a === null) - (b === null);
    const order = typeof a === "number" ? a - b : a.localeCompare(b, "zh");
    return descending ? -order : order;
  };
  return [...rows].sort(compare);
}

/** A program that opens CSV runs what begins like a formula. */
function csvField(field) {
  if (typeof field === "number") return String(field);
  const safe = /^[=+\-@\t\r]/.test(field ?? "") ? `'${field}` : (field ?? "");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csv(columns, rows) {
  const kept = columns.map((_, place) => place).filter((place) => !rows.some((row) => row.cells[place].isChart));
  const lines = [kept.map((place) => csvField(columns[place]))];
  for (const row of rows) lines.push(kept.map((place) => csvField(row.cells[place].csv)));
  return `\ufeff${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

function save(name, contents) {
  const url = URL.createObjectURL(new Blob([contents], { type: "text/csv" }));
  element("a", { href: url, download: `${name}-${report.as_of}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(url));
}

function cell(of, isHead) {
  const classes = [of.isNumber && "number", of.isId && "id", of.isWide && "wide"].filter(Boolean).join(" ");
  return element(isHead ? "th" : "td", { scope: isHead ? "row" : null, class: classes || null }, of.shown);
}

/** A table of rows `{ cells, isSmall }` with a caption; its first column names the row. What else is called so needs another label. */
function table(name, caption, columns, rows, label = caption) {
  if (rows.length === 0) return element("p", { class: "soft" }, `${caption}: ${text("none")}`);
  let [shown, sortedBy, descending] = [SHOWN_AT_FIRST, null, false];
  const body = element("tbody");
  const heads = columns.map((column, place) => {
    const first = rows[0].cells[place];
    const label = first.isChart ? column
      : [element("button", { type: "button", onclick: () => sort(place) }, column), element("span", { class: "printed", "aria-hidden": "true" }, column)];
    return element("th", { scope: "col", class: first.isNumber ? "number" : null }, label);
  });
  const more = element("button", { type: "button", onclick: () => { shown = Infinity; fill(); } });
  const save_ = element("button", { type: "button", onclick: () => save(name, csv(columns, rows)) }, text("csv"));
  const built = element("table", null, element("caption", null, caption), element("thead", null, element("tr", null, heads)), body);
  function fill() {
    body.replaceChildren(...rows.slice(0, shown).map((row) =>
      element("tr", { class: row.isSmall ? "small" : null }, row.cells.map((of, place) => cell(of, place === 0)))));
    more.textContent = text("show_all", whole(rows.length));
    more.hidden = rows.length <= shown;
  }
  function sort(place) {
    descending = sortedBy === place ? !descending : Boolean(rows[0].cells[place].isNumber);
    sortedBy = place;
    rows = sorted(rows, place, descending);
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[place].setAttribute("aria-sort", descending ? "descending" : "ascending");
    fill();
  }
  fill();
  const region = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, built);
  return element("div", null, region, element("div", { class: "below" }, more, save_));
}

const behind = (built) => element("details", null, element("summary", null, text("figures")), built);

function tiles(list) {
  return element("dl", { class: "tiles" }, list.map(([name, shown, note]) =>
    element("div", null, element("dt", null, name), element("dd", null, shown, note ? element("small", null, note) : null))));
}
