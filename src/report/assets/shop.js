// A shop's page, and how shops are found: in the page itself, or in files beside it that are loaded when they are asked for.

const pages = parsed("shops");
const loading = new Map();

const shopscore = {
  /** What a file beside the page calls with what it holds. */
  loaded(file, data) {
    loading.get(file).done(data);
  },
};

/** The data of a file; each is loaded once. */
function load(file) {
  if (!loading.has(file)) {
    const entry = {};
    entry.data = new Promise((done, failed) => {
      entry.done = done;
      document.head.append(element("script", { src: file, onerror: () => { loading.delete(file); failed(new Error(file)); } }));
    });
    loading.set(file, entry);
  }
  return loading.get(file).data;
}

const isInPage = pages.ids.length === 0;
const idsInPage = new Map(Object.entries(pages.in_page).flatMap(([category, shops]) =>
  shops.map((shop) => [shop.id, { category, shop }])));
const MOST_FOUND = 20;
const small = (name) => name.toLowerCase();

/** The place of the last list that begins with what `isBefore` is true of; the first one where there is none. */
function placeOf(lists, isBefore) {
  let [low, high] = [0, lists.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(lists[middle][0])) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

/** A shop with its category; null where there is none of this id. */
async function find(id) {
  if (isInPage) return idsInPage.get(id) ?? null;
  const [, list] = pages.ids[placeOf(pages.ids, (first) => first <= id)];
  const listed = (await load(list)).find(([shop]) => shop === id);
  if (listed === undefined) return null;
  const [, , category, file] = listed;
  const shops = await load(list.replace("ids/", "shops/").replace(".js", `-${file}.js`));
  return { category: report.categories[category].primary_category, shop: shops.find((shop) => shop.id === id) };
}

/** Shops by the beginning of their ids or a part of their names: [id, name, category], one more than are shown at most. */
function searchInPage(wanted) {
  const found = [];
  for (const [id, { category, shop }] of idsInPage) {
    const matches = String(id).startsWith(wanted) || small(shop.name).includes(wanted);
    if (matches && found.push([id, shop.name, category]) > MOST_FOUND) break;
  }
  return found;
}

/** Adds the shops of lists from `place` on, as long as they come before the end and more are wanted. */
async function gather(lists, place, found, take) {
  for (; place < lists.length && found.length <= MOST_FOUND; place += 1) {
    if (take(await load(lists[place][1]))) return;
  }
}

/** By the beginning of their ids: 508, then 5080 to 5089, and so on. */
async function searchIds(wanted) {
  const found = [];
  for (let [from, to] = [wanted, wanted + 1]; to < 1e15; [from, to] = [10 * from, 10 * to]) {
    await gather(pages.ids, placeOf(pages.ids, (first) => first <= from), found, (list) => {
      for (const [id, name, category] of list) {
        if (id >= to) return true;
        if (id >= from) found.push([id, name, report.categories[category].primary_category]);
      }
      return false;
    });
    if (wanted === 0 || found.length > MOST_FOUND) break;
  }
  return found;
}

/** By the beginning of their names. */
async function searchNames(wanted) {
  const found = [];
  await gather(pages.names, placeOf(pages.names, (first) => first < wanted), found, (list) => {
    for (const [name, id, category] of list) {
      if (small(name).startsWith(wanted)) found.push([id, name, report.categories[category].primary_category]);
      else if (small(name) > wanted) return true;
    }
    return false;
  });
  return found;
}

/** Shops as [id, name, category]: one more than are shown where there are more. */
async function search(typed) {
  const wanted = small(typed);
  if (isInPage) return searchInPage(wanted);
  return /^\d{1,15}$/.test(wanted) ? searchIds(Number(wanted)) : searchNames(wanted);
}

/** What was decided by the score, and where it is heading. */
function verdicts(shop) {
  const lacks = shop.score === null || shop.score >= shop.least ? "" : text("lacking", points(shop.least - shop.score));
  const shown = [
    [text("score"), shop.score === null ? "–" : points(shop.score), shop.score === null ? told(shop.reason ?? "no_data") : null],
    [text("admitted"), text(shop.admitted ? "yes" : "no"), text("shop_least", points(shop.least), lacks)],
  ];
  const last = shop.month_ends.at(-1);
  if (last) {
    const [place, score, status, failures, limit] = last;
    const counted = limit === null ? whole(failures) : text("of", whole(failures), whole(limit));
    shown.push([`${text("month_end")} ${report.month_ends[place].month_end}`, told(status), text("shop_month_end", pointsOrNone(score), counted)]);
  }
  if (shop.outlook && report.risk) {
    const [score, least, verdict] = shop.outlook;
    const scores = least === null ? pointsOrNone(score) : text("shop_outlook", pointsOrNone(score), points(least));
    shown.push([`${text("outlook")} ${report.risk.month_end}`, told(verdict), scores]);
  }
  return tiles(shown);
}

const pointsOrNone = (score) => (score === null ? text("no_score") : text("points", points(score)));

function dimensionsTable(shop) {
  const columns = ["dimension", "score", "weight", "adds"].map((name) => text(name));
  const rows = shop.dimensions.map(([score, weight, adds], place) => ({ cells: [
    textCell(named(words.dimensions[place])), scoreCell(score), numberCell(weight, weight === null ? "" : percent(weight / 100)), scoreCell(adds),
  ] }));
  return table(`shop-${shop.id}-sum`, text("sum_caption"), columns, rows);
}

/** The value of a shop's indicator; null where it has no data. */
const valueOf = ([, numerator, denominator, , , tier]) => (tier === null ? null : numerator / denominator);

function indicatorsTable(shop, category) {
  const spreads = report.categories.find((of) => of.primary_category === category)?.spreads ?? [];
  const columns = ["indicator", "figures_of", "value", "median", "rank", "tier", "next_tier", "to_reach"].map((name) => text(name));
  const rows = shop.indicators.map((of) => {
    const [place, numerator, denominator, better, ranked, tier] = of;
    const found = valueOf(of);
    const declared = words.indicators[place];
    const step = shop.steps.find(([of]) => of === place);
    const median = spreads.find((spread) => spread.indicator === declared.name && spread.ranked === ranked)?.quartiles[2] ?? null;
    const above = declared.unit === "seconds" ? duration(numerator) : whole(numerator);
    return { cells: [
      textCell(named(declared)),
      { ...textCell(`${above} / ${whole(denominator)}`), csv: `${numerator}/${denominator}`, isNumber: true },
      numberCell(found, brief(found, declared.unit)),
      numberCell(median, brief(median, declared.unit)),
      numberCell(better, better === null ? "" : text("of", whole(better + 1), whole(ranked))),
      numberCell(tier),
      numberCell(step ? step[1] : null),
      numberCell(step ? step[2] : null, step ? brief(step[2], declared.unit) : ""),
    ] };
  });
  return table(`shop-${shop.id}-indicators`, text("shop_indicators_caption"), columns, rows);
}

/** What to improve, the greatest gain first, each by itself while all else stands still. */
function steps(shop) {
  if (shop.steps.length === 0) return element("p", null, text("nothing_to_improve"));
  return element("ol", null, shop.steps.map(([place, next, reach, gain, ways]) => {
    const declared = words.indicators[place];
    const now = valueOf(shop.indicators.find(([of]) => of === place));
    const how = ways.map(way).join(text("or"));
    const moved = text("step", value(now, declared.unit), value(reach, declared.unit), next);
    const brings = text("step_brings", signed(gain), points(shop.score + gain));
    const step = element("p", null, element("strong", null, named(declared)), `${text("colon")}${moved}${how ? `${text("comma")}${how}` : ""}${text("comma")}${brings}`);
    return element("li", null, step, element("p", { class: "soft" }, of(declared.what_to_do)));
  }));
}

function monthEndsTable(shop) {
  const columns = ["month_end", "score", "status", "failures"].map((name) => text(name));
  const rows = shop.month_ends.map(([place, score, status, failures, limit]) => ({ cells: [
    textCell(report.month_ends[place].month_end), scoreCell(score), textCell(told(status)),
    numberCell(failures, limit === null ? whole(failures) : text("of", whole(failures), whole(limit))),
  ] }));
  return table(`shop-${shop.id}-month-ends`, text("shop_month_ends_caption"), columns, rows);
}

function shopPage({ category, shop }) {
  const place = [category, shop.subcategory].filter(Boolean).join(" · ");
  return [
    element("p", null, element("a", { href: "#day" }, `← ${text("back")}`)),
    element("h2", { class: "shop" }, `${shop.id} ${shop.name}`),
    element("p", null, `${place} · ${report.as_of}`),
    verdicts(shop),
    element("h3", null, text("improve_first")),
    element("p", { class: "soft" }, text("improve_told")),
    steps(shop),
    dimensionsTable(shop),
    indicatorsTable(shop, category),
    monthEndsTable(shop),
  ];
}
