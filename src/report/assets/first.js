// What a manager reads first: the day, who is at risk, what changed; and what all sections know of the picked category.

const picked = () => report.categories[state.category];
const isPicked = (row) => picked().primary_category === null || row.primary_category === picked().primary_category;
const categoryNamed = (category) => category.primary_category ?? text("all_shops");
/** What is said of the picked category, of all shops where none is picked. */
const ofPicked = (ofCategories, all, none) => (picked().primary_category === null ? all : ofCategories[picked().primary_category] ?? none);
/** A caption that says where not all rows are listed. */
const firstOf = (caption, rows, all) => (rows.length < all ? `${caption} · ${text("first_of", whole(rows.length), whole(all))}` : caption);
const figures = (rows, cells) => rows.map((row) => ({ cells: cells(row) }));

function headSection() {
  const of = picked();
  const [night, monthEnd] = of.medians_before;
  const changes = [["since_night", night], ["since_month_end", monthEnd]]
    .filter(([, before]) => before !== null && of.median !== null)
    .map(([name, before]) => text(name, signed(of.median - before)));
  const signs = { green: "●", amber: "▲", red: "■" };
  const { colour, reasons } = report.head.light;
  const light = element("span", { class: colour }, `${signs[colour]} ${text(`light_${colour}`)}`);
  return [
    tiles([
      [text("completeness"), light, reasons.length > 0 ? text("see_quality", whole(reasons.length)) : text("within_limits")],
      [text("scored"), whole(of.scored), text("of_present", whole(of.present), share(of.scored, of.present))],
      [text("admitted"), whole(of.admitted), text("of_scored", share(of.admitted, of.scored))],
      [text("median"), points(of.median), changes.join(text("comma"))],
    ]),
  ];
}

function riskSection() {
  const risk = report.risk;
  if (risk === null) return [element("p", null, text("no_outlook"))];
  const rows = risk.shops.map((shop, place) => ({ ...shop, place })).filter(isPicked);
  const counts = ofPicked(risk.of_categories, [risk.failing, risk.leaving], [0, 0]);
  const columns = ["shop", "name", "category", "would_leave", "score", "chart", "least", "lacks", "failures"].map((name) => text(name));
  const cells = (shop) => [
    idCell(shop.shop_id),
    shopCell(shop.shop_id, shop.shop_name),
    textCell(shop.primary_category),
    textCell(shop.would_leave ? `⚠ ${text("yes")}` : text("no")),
    scoreCell(shop.score),
    chartCell(`risk-${shop.place}`),
    scoreCell(shop.monthly_min),
    scoreCell(Number((shop.monthly_min - shop.score).toFixed(4))),
    textCell(shop.failure_limit === null ? whole(shop.failures) : text("of", whole(shop.failures), whole(shop.failure_limit))),
  ];
  return [
    element("p", null, text("risk_told", risk.month_end, whole(risk.days_known))),
    tiles([[text("would_fail"), whole(counts[0])], [text("would_leave"), whole(counts[1]), text("would_leave_told")]]),
    table("at-risk", firstOf(text("risk_caption"), rows, counts[0]), columns, figures(rows, cells)),
  ];
}

const NOTHING_CHANGED = { entered: 0, left: 0, up: 0, down: 0, unchanged: 0, lost_admission: 0, gained_admission: 0, causes: {} };

/** How many scores each cause moved most, the most first. */
function causesTold(of, causes) {
  if (!of.is_explained) return element("p", { class: "soft" }, text("causes_unknown"));
  const told_ = Object.entries(causes).sort(([, one], [, other]) => other - one)
    .map(([cause, shops]) => text("cause_counted", told(cause), whole(shops)));
  return told_.length === 0 ? null : element("p", null, text("causes_told", told_.join(text("comma"))));
}

function changesSection() {
  if (report.changes.length === 0) return [element("p", null, text("no_changes"))];
  return report.changes.flatMap((of) => changesSince(of, ofPicked(of.of_categories, of.all, NOTHING_CHANGED)));
}

function changesSince(of, counts) {
  const columns = ["shop", "name", "category", "before", "after", "change", "because", "through", "admission"].map((name) => text(name));
  const admission = ([was, is]) => (was === is ? text(is ? "admitted_still" : "admitted_not") : text(is ? "gained" : "lost"));
  const through = (because) => {
    if (!because?.cause) return "";
    return because.indicator === null ? text("weights") : named(indicatorNamed(because.indicator));
  };
  const cells = (cause) => (shop) => [
    idCell(shop.shop_id),
    shopCell(shop.shop_id, shop.shop_name),
    textCell(shop.primary_category),
    scoreCell(shop.before),
    scoreCell(shop.after),
    changeCell(shop.before, shop.after),
    textCell(told(shop.because?.[cause] ?? null)),
    textCell(through(shop.because)),
    textCell(admission(shop.admitted)),
  ];
  const since = text(`changes_${of.kind}`, of.since);
  const [admissions, moved] = [of.admissions.filter(isPicked), of.moved.filter(isPicked)];
  const list = (name, caption, rows, all, cause) =>
    table(`${name}-${of.kind}`, firstOf(text(caption), rows, all), columns, figures(rows, cells(cause)), `${text(caption)}${text("comma")}${since}`);
  return [
    element("h3", null, since),
    tiles([
      [text("up_down"), `▲ ${whole(counts.up)} · ▼ ${whole(counts.down)}`, text("unchanged", whole(counts.unchanged))],
      [text("admission_changes"), `+${whole(counts.gained_admission)} · −${whole(counts.lost_admission)}`, text("gained_lost")],
      [text("came_left"), `+${whole(counts.entered)} · −${whole(counts.left)}`],
    ]),
    causesTold(of, counts.causes),
    list("admissions", "admissions_caption", admissions, counts.gained_admission + counts.lost_admission, "admission"),
    list("moves", "moves_caption", moved, counts.up + counts.down, "cause"),
  ];
}
