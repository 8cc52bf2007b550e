"use strict";

/* Reads the figure's own numbers at the step that the pointer or the arrow keys are at. */
const NAMESPACE = "http://www.w3.org/2000/svg";
const MOST_LINES = 24;
const DOT = 10;
const parse = (id) => JSON.parse(document.querySelector(id).textContent);
const { numbers } = parse("#record");
const view = parse("#view");
const figure = document.querySelector("#figure");
const cursor = document.querySelector("#cursor");
const place = document.querySelector("#place");
const table = document.querySelector("table");
const [, , width, height] = cursor.getAttribute("viewBox").split(" ").map(Number);
const first = view.panels[0];
const lines = view.panels.flatMap((panel) => panel.lines.map((line) => ({ ...line, panel })));
const main = lines.reduce((a, b) => (b.last / b.unit > a.last / a.unit ? b : a));
const isAlike = lines.every((line) => line.unit === main.unit);
const curveOf = (line) => numbers.curves[line.curve];
const placeOf = (line, [from, to]) => (from + to) / 2 / line.unit;
const share = ([low, high], value) => (value - low) / (high - low);
const isWithin = (part) => part >= 0 && part <= 1;

/* The first and the last of the steps that a stored number is of, by its index. */
function stepsOf(line, index) {
  const { at, block } = curveOf(line);
  const from = at ? at[index] : index * block;
  const next = at ? (at[index + 1] ?? Infinity) : from + block;
  return [from, block > 1 ? Math.min(next - 1, line.last) : from];
}

/* Where the pointer and the keys can stop: the numbers in view of the curve that goes farthest. */
function listStops() {
  const { at, block } = curveOf(main);
  const count = at ? at.length : Math.ceil((main.last + 1) / block);
  const stops = Array.from({ length: count }, (_, index) => stepsOf(main, index));
  return stops.filter((steps) => isWithin(share(first.x, placeOf(main, steps))));
}

/* The lowest and highest value of a line nearest to a place on the x axis, and their steps. */
function read(line, x) {
  const { at, block, [line.panel.quantity]: series } = curveOf(line);
  const step = line.every * Math.round((x * line.unit + 1) / line.every) - 1;
  if (step < 0 || step > line.last) return null;
  const index = at ? nearest(at, step) : Math.floor(step / block);
  const values = series?.[line.group];
  const isOne = typeof values !== "object" || values === null; // it never moves
  const [low, high] = isOne ? [values, values]
    : Array.isArray(values) ? [values[index], values[index]]
    : [values.min[index], values.max[index]];
  return { low, high, steps: stepsOf(line, index) };
}

function nearest(sorted, wanted) {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low && wanted - sorted[low - 1] <= sorted[low] - wanted ? low - 1 : low;
}

function spell(value) {
  if (value === null) return "no value";
  if (value === undefined) return "not kept";
  if (typeof value !== "number") return String(value);
  const short = Number(value.toPrecision(6));
  if (short !== 0 && (Math.abs(short) < 1e-3 || Math.abs(short) >= 1e6)) {
    return short.toExponential().replace("e+", "e");
  }
  return String(short);
}

const spellSteps = ([from, to]) => (to > from ? `steps ${from} to ${to}` : `step ${from}`);

/* A value, and its steps where they are not the chosen ones. */
function tell(found, chosen) {
  if (!found) return "–";
  const { low, high, steps } = found;
  const range = [...new Set([low, high].map(spell))].join(" to ");
  const isThere = isAlike && steps.every((step, end) => step === chosen[end]);
  return isThere ? range : `${range} at ${spellSteps(steps)}`;
}

/* Where a value stands on a panel's y axis, from 0 at the bottom to 1. */
function lift({ scale, y }, value) {
  if (scale !== "log") return share(y, value);
  return share(y.map(Math.log10), value > 0 ? Math.log10(value) : -Infinity);
}

function element(name, attributes) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/* A dot on a line, as tall as what the values of a block span; none where they are out of view. */
function mark(line, x) {
  const { panel } = line;
  const found = read(line, x);
  if (typeof found?.low !== "number" || typeof found.high !== "number") return [];
  const [left, top, wide, tall] = panel.box;
  const along = share(panel.x, placeOf(line, found.steps));
  const ends = [lift(panel, found.low), lift(panel, found.high)].sort((a, b) => a - b);
  if (!isWithin(along) || !(ends[0] <= 1 && ends[1] >= 0)) return [];
  const [low, high] = ends.map((end) => Math.min(Math.max(end, 0), 1));
  return [element("rect", {
    x: (left + wide * along) * width - DOT / 2,
    y: (top + tall * (1 - high)) * height - DOT / 2,
    width: DOT,
    height: tall * (high - low) * height + DOT,
    rx: DOT / 2,
    fill: line.color,
  })];
}

function rule({ box: [left, top, wide, tall], x: ends }, x) {
  const along = (left + wide * share(ends, x)) * width;
  return element("line", { x1: along, x2: along, y1: top * height, y2: (top + tall) * height });
}

function list(chosen) {
  const shown = lines.slice(0, MOST_LINES).map((line) => {
    const { panel } = line;
    const row = document.createElement("tr");
    const name = document.createElement("th");
    const value = document.createElement("td");
    const sign = element("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
    sign.append(element("circle", { cx: 5, cy: 5, r: 5, fill: line.color }));
    name.scope = "row";
    const isOnly = panel.lines.length === 1;
    const names = [(isOnly || view.panels.length > 1) && panel.label, !isOnly && line.name];
    name.append(sign, names.filter(Boolean).join(", "));
    value.textContent = tell(chosen && read(line, placeOf(main, chosen)), chosen);
    row.append(name, value);
    return row;
  });
  if (lines.length > MOST_LINES) {
    const rest = document.createElement("tr");
    const cell = document.createElement("td");
    cell.colSpan = 2;
    cell.textContent = `and ${lines.length - MOST_LINES} more lines`;
    rest.append(cell);
    shown.push(rest);
  }
  table.tBodies[0].replaceChildren(...shown);
  return shown.map((row) => [...row.cells].map((cell) => cell.textContent).join(" ")).join("; ");
}

function choose(chosen) {
  const x = placeOf(main, chosen);
  const epoch = isAlike ? chosen[0] / view.epoch : x;
  const where = [isAlike && spellSteps(chosen), (view.epoch > 1 || !isAlike) && `epoch ${spell(epoch)}`];
  place.textContent = where.filter(Boolean).join(", ");
  cursor.replaceChildren(
    ...view.panels.map((panel) => rule(panel, x)),
    ...lines.flatMap((line) => mark(line, x)),
  );
  figure.setAttribute("aria-valuenow", chosen[0]);
  figure.setAttribute("aria-valuetext", `${place.textContent}: ${list(chosen)}`);
}

function start() {
  const stops = listStops();
  if (!stops.length) return "No step is in view, so no value is read.";
  const places = stops.map((steps) => placeOf(main, steps));
  const last = stops.length - 1;
  const far = Math.max(1, Math.round(last / 10));
  let now = null;
  const moveTo = (index) => choose(stops[(now = Math.min(Math.max(index, 0), last))]);

  const follow = (event) => {
    const { left, width: wide } = figure.getBoundingClientRect();
    const along = ((event.clientX - left) / wide - first.box[0]) / first.box[2];
    moveTo(nearest(places, first.x[0] + along * (first.x[1] - first.x[0])));
  };
  figure.addEventListener("pointerdown", follow);
  figure.addEventListener("pointermove", follow);
  figure.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    Object.assign(moves, { PageDown: -far, PageUp: far, Home: -last, End: last });
    if (event.key in moves && !event.ctrlKey && !event.metaKey && !event.altKey) {
      moveTo(now === null ? (event.key === "End" ? last : 0) : now + moves[event.key]);
      event.preventDefault();
    }
  });
  const role = { role: "slider", tabindex: 0, "aria-label": "step", "aria-describedby": "told" };
  const values = { min: stops[0][0], max: stops[last][0], now: stops[0][0], text: "no step is chosen" };
  for (const [name, value] of Object.entries(role)) figure.setAttribute(name, value);
  for (const [name, value] of Object.entries(values)) figure.setAttribute(`aria-value${name}`, value);
  list(null);
  table.hidden = false;
  return "Point at the figure, or use the arrow keys.";
}

place.textContent = numbers ? start() : "The numbers are too many to be in this page, so none is read.";
