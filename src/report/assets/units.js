// Figures in people's units, as the program's own texts have them (`answers::units`): both are held against the same cases.

const parsed = (id) => JSON.parse(document.getElementById(id).textContent);
const texts = parsed("texts");
const words = parsed("words");
const report = parsed("report");
const state = { language: "en", category: 0, shop: null };

const isChinese = () => state.language === "zh";
const of = (pair) => pair[isChinese() ? 1 : 0];

/** A text of the page, with its `{}` filled in turn. */
function text(name, ...values) {
  if (!(name in texts)) throw new Error(`no text ${name}`);
  return of(texts[name]).replace(/\{\}/g, () => values.shift());
}

/** What a code of the data says; one without words is shown as it is. */
const told = (code) => (code === null ? "" : code in words.codes ? of(words.codes[code]) : code);
const spaced = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
const named = (declared) => (isChinese() ? declared.zh : spaced(declared.name));
const indicatorNamed = (name) => words.indicators.find((declared) => declared.name === name);

const rounded = (decimals) => new Intl.NumberFormat("en-US", { maximumFractionDigits: decimals, useGrouping: false, roundingMode: "halfEven" });
const [TWO_DECIMALS, FOUR_DECIMALS] = [rounded(2), rounded(4)];
const whole = (number) => number.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const percent = (part) => `${TWO_DECIMALS.format(100 * part)}%`;
const share = (part, all) => (all === 0 ? "" : percent(part / all));
const points = (score) => (score === null ? "" : FOUR_DECIMALS.format(score));

function signed(change) {
  const told = FOUR_DECIMALS.format(Math.abs(change));
  return told === "0" ? "0" : `${change > 0 ? "+" : "−"}${told}`;
}

/** A duration; one that has to be reached is never rounded down. */
function duration(seconds, round = Math.round) {
  const [days, hours, minutes, rest] = isChinese() ? ["天", "小时", "分钟", "秒"] : ["d", "h", "m", "s"];
  seconds = Math.round(seconds);
  if (seconds < 60) return `${seconds}${rest}`;
  const all = round(seconds / 60);
  const [d, h, m] = [Math.floor(all / 1440), Math.floor(all / 60) % 24, all % 60];
  return `${d > 0 ? `${d}${days}` : ""}${d > 0 || h > 0 ? `${h}${hours}` : ""}${m}${minutes}`;
}

function value(figure, unit) {
  if (figure === null) return "";
  if (unit === "ratio") return percent(figure);
  if (unit === "seconds") return duration(figure);
  return `${FOUR_DECIMALS.format(figure)}${isChinese() ? "星" : " stars"}`;
}

/** As `value`, without a word where a column has room for none. */
const brief = (figure, unit) => (figure !== null && unit === "stars" ? FOUR_DECIMALS.format(figure) : value(figure, unit));

function money(fen) {
  const rest = Math.abs(fen) % 100;
  const yuan = `${fen < 0 ? "-" : ""}${whole(Math.floor(Math.abs(fen) / 100))}${rest ? `.${String(rest).padStart(2, "0")}` : ""}`;
  return isChinese() ? `${yuan}元` : `${yuan} yuan`;
}

/** What has to happen so often. */
function way([event, count]) {
  const isTime = words.events[event][0].includes("in all refunds");
  return of(words.events[event]).replace("{}", isTime ? duration(count, Math.ceil) : whole(count));
}
