// The other sections, and all in the order in which a manager reads. Each is of the picked category, or of all shops where none is.

function categoriesSection() {
  const columns = ["category", "scored", "admitted_share", "tiers", "tier_5_share", "tier_0_share", "median", "night_change",
    "month_end_change", "trend", "note"].map((name) => text(name));
  const rows = report.categories.map((of, place) => {
    const all = of.tiers.reduce((sum, shops) => sum + shops, 0);
    const shareCell = (part, whole_) => numberCell(whole_ === 0 ? null : part / whole_, share(part, whole_));
    const pick = element("a", { href: "#categories", onclick: () => choose({ category: place }) }, categoryNamed(of));
    return {
      isSmall: of.is_small,
      cells: [
        { ...textCell(categoryNamed(of)), shown: pick },
        numberCell(of.scored, text("of", whole(of.scored), whole(of.present))),
        shareCell(of.admitted, of.scored),
        chartCell(`tiers-${place}`),
        shareCell(of.tiers[0], all),
        shareCell(of.tiers[4], all),
        scoreCell(of.median),
        changeCell(of.medians_before[0], of.median),
        changeCell(of.medians_before[1], of.median),
        chartCell(`trend-${place}`),
        textCell(of.is_small ? text("small") : ""),
      ],
    };
  });
  const nights = picked().trend;
  const trend = nights.map(([night, median]) => ({ cells: [textCell(night), scoreCell(median)] }));
  const tiersOf = [5, 4, 3, 2, 0].map((tier, place) => ({ cells: [textCell(String(tier)), numberCell(picked().tiers[place])] }));
  return [
    element("p", { class: "soft" }, text("categories_told")),
    tierLegend(),
    table("categories", text("categories_caption"), columns, rows),
    behind(element("div", { class: "charts" },
      table("tiers", `${categoryNamed(picked())}: ${text("tiers")}`, [text("tier"), text("indicators_held")], tiersOf),
      table("trend", `${categoryNamed(picked())}: ${text("trend")}`, [text("day"), text("median")], trend))),
  ];
}

const legend = (entries) => element("ul", { class: "legend" }, entries.map(([swatch, name]) =>
  element("li", null, swatch.startsWith("--") ? element("i", { style: `background:var(${swatch})` }) : element("i", { class: swatch }), name)));
const tierLegend = () => legend([5, 4, 3, 2, 0].map((tier) => [`--grade-${tier}`, text("tier_n", tier)]));

function distributionSection() {
  const { shops, marketing_min, monthly_min } = picked().distribution;
  const rows = shops.map((count, place) => ({ cells: [
    { shown: `${points(place / 4)} – ${points((place + 1) / 4)}`, sort: place, csv: points(place / 4) },
    numberCell(count),
  ] }));
  const list = (found) => found.map(points).join(" / ");
  return [
    figure(`distribution-${state.category}`, `${categoryNamed(picked())}: ${text("distribution_axes")}`,
      legend([["full", `${text("marketing_least")} ${list(marketing_min)}`], ["dashed", `${text("monthly_least")} ${list(monthly_min)}`]])),
    behind(table("distribution", text("distribution_caption"), [text("score"), text("shops")], rows)),
  ];
}

function spreadsSection() {
  // Of all shops together no indicator is ranked: the largest category stands for them.
  const place = picked().primary_category === null ? Math.min(1, report.categories.length - 1) : state.category;
  const of = report.categories[place];
  const columns = ["indicator", "better", "spread", "ranked", "median", "edge_5", "edge_4", "edge_3", "edge_2", "best_tenth", "mean",
    "lowest", "highest"].map((name) => text(name));
  const rows = of.spreads.map((spread) => {
    const declared = indicatorNamed(spread.indicator);
    const figureCell = (found) => numberCell(found, brief(found, declared.unit));
    return { cells: [
      textCell(named(declared)),
      textCell(text(`better_${declared.better}`)),
      chartCell(`spread-${place}-${spread.indicator}`, true),
      numberCell(spread.ranked),
      figureCell(spread.quartiles[2]),
      ...spread.edges.map(figureCell),
      figureCell(spread.best_tenth),
      figureCell(spread.mean),
      figureCell(spread.quartiles[0]),
      figureCell(spread.quartiles[4]),
    ] };
  });
  return [
    element("p", { class: "soft" }, text("spreads_told")),
    table("indicators", `${categoryNamed(of)}: ${text("spreads_caption")}`, columns, rows),
  ];
}

function monthEndsSection() {
  const category = picked().primary_category;
  const none = words.statuses.map(() => 0);
  const rows = report.month_ends.map((of) => {
    const counts = category === null ? of.statuses : of.of_categories[category] ?? none;
    return { cells: [textCell(of.month_end), ...counts.map((count) => numberCell(count))] };
  });
  const columns = [text("month_end"), ...words.statuses.map(told)];
  const years = report.years.map((of) => ({ cells: [
    textCell(of.year),
    textCell(of.is_provisional ? text("provisional") : text("final")),
    numberCell(of.shops),
    numberCell(of.qualified),
    numberCell(of.fee_fen / 100, money(of.fee_fen)),
    numberCell(of.refund_fen / 100, money(of.refund_fen)),
    numberCell(of.fee_fen === 0 ? null : of.refund_fen / of.fee_fen, share(of.refund_fen, of.fee_fen)),
  ] }));
  const yearColumns = ["year", "state", "shops", "qualified", "fees_yuan", "refunds_yuan", "refund_share"].map((name) => text(name));
  const swatches = [["--main", "pass"], ["--grade-2", "fail"], ["--limit", "exit"], ["--faint", null]];
  return [
    element("div", { class: "charts" },
      figure(`statuses-${state.category}`, `${categoryNamed(picked())}: ${text("statuses_axes")}`,
        legend(swatches.map(([swatch, code]) => [swatch, code === null ? text("undecided") : told(code)]))),
      table("month-ends", text("month_ends_caption"), columns, rows)),
    table("settlements", text("settlements_caption"), yearColumns, years),
  ];
}

function qualitySection() {
  const reasons = [...new Set(report.quality.flatMap((of) => Object.keys(of.aside)))].sort();
  const columns = [...["extract", "rows_newest", "rows_median", "rows_least", "rows_by_day"].map((name) => text(name)),
    ...reasons.map((reason) => (`reason_${reason}` in texts ? text(`reason_${reason}`) : reason))];
  const rows = report.quality.map((of, place) => ({ cells: [
    textCell(extractNamed(of.extract)),
    numberCell(of.newest_rows),
    numberCell(of.median_rows),
    numberCell(of.least_rows),
    chartCell(`rows-${place}`),
    ...reasons.map((reason) => numberCell(of.aside[reason] ?? 0)),
  ] }));
  const why = report.head.light.reasons.map((of) => ({ cells: [
    textCell(text(`why_${of.kind}`)),
    textCell(extractNamed(of.extract)),
    textCell(of.day ?? ""),
    textCell(text(of.is_error ? "is_error" : "is_warning")),
  ] }));
  const byDay = report.quality.flatMap((of) => of.days.map(([day, count]) => ({ cells: [
    textCell(extractNamed(of.extract)), textCell(day), numberCell(count),
  ] })));
  return [
    table("limits", text("limits_caption"), ["what", "extract", "day", "gravity"].map((name) => text(name)), why),
    table("quality", text("quality_caption"), columns, rows),
    behind(table("rows-by-day", text("rows_by_day"), ["extract", "day", "rows"].map((name) => text(name)), byDay)),
  ];
}

const extractNamed = (extract) => (`extract_${extract}` in texts ? text(`extract_${extract}`) : extract);

function rulesSection() {
  const built = [element("p", null, text("generation_told", report.generation))];
  if (report.terms === null) built.push(element("p", null, text("no_terms")));
  else {
    const settings = report.terms.settings.map(([name, given]) => ({ cells: [textCell(name), textCell(given)] }));
    built.push(element("details", null, element("summary", null, text("settings")),
      table("settings", text("settings"), [text("name"), text("value")], settings)));
    for (const rules of report.terms.tables) {
      const rows = rules.rows.map((row) => ({ cells: row.map((field) => textCell(field)) }));
      const caption = text("rules_in_force", rules.name, whole(rows.length));
      built.push(element("details", null, element("summary", null, caption), table(rules.name, caption, rules.columns, rows)));
    }
  }
  return built;
}

function dictionarySection() {
  return report.dictionary.map(({ name, grain, columns }) => {
    const heads = [text("column"), text("meaning")];
    const rows = columns.map(([column, ...meaning]) => ({ cells: [textCell(column), textCell(of(meaning))] }));
    return element("details", null, element("summary", null, name), element("p", { class: "soft" }, of(grain)),
      table(`dictionary-${name}`, name, heads, rows));
  });
}

const SECTIONS = [
  ["day", headSection],
  ["risk", riskSection],
  ["changes", changesSection],
  ["categories", categoriesSection],
  ["distribution", distributionSection],
  ["indicators", spreadsSection],
  ["month-ends", monthEndsSection],
  ["quality", qualitySection],
  ["rules", rulesSection],
  ["dictionary", dictionarySection],
];
