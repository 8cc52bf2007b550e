"use strict";

/* Reads a figure's own numbers at the step that the pointer or the arrow keys are at. */
const NAMESPACE = "http://www.w3.org/2000/svg";
const MOST_LINES = 24;
const DOT = 10;
const VALUES = ["min", "max", "now", "text"].map((each) => `aria-value${each}`);
const SLIDER = ["role", "tabindex", "aria-label", "aria-describedby", ...VALUES];
const HINT = "Point at the figure, or use the arrow keys.";
const placeOf = (line, [from, to]) => (from + to) / 2 / line.unit;
const share = ([low, high], value) => (value - low) / (high - low);
const isWithin = (part) => part >= 0 && part <= 1;

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

class Reader {
  /* The figure is a slider; its cursor is an SVG above the picture, and place and table say what
     is read. None of it is shown before `show`. */
  constructor({ figure, cursor, place, table }) {
    Object.assign(this, { figure, cursor, place, table });
    this.stops = [];
    this.chosen = null;
    const follow = (event) => this.follow(event);
    figure.addEventListener("pointerdown", follow);
    figure.addEventListener("pointermove", follow);
    figure.addEventListener("keydown", (event) => this.press(event));
  }

  /* Reads from now on these numbers, which stand where `view` says; the chosen step is kept. */
  show(numbers, view, hint = HINT) {
    const [, , width, height] = this.cursor.getAttribute("viewBox").split(" ").map(Number);
    Object.assign(this, { numbers, view, width, height, hint });
    this.lines = view.panels.flatMap((panel) => panel.lines.map((line) => ({ ...line, panel })));
    this.main = this.lines.reduce((a, b) => (b.last / b.unit > a.last / a.unit ? b : a));
    this.isAlike = this.lines.every((line) => line.unit === this.main.unit);
    this.stops = this.listStops();
    this.places = this.stops.map((steps) => placeOf(this.main, steps));
    this.last = this.stops.length - 1;
    if (this.last < 0) return this.hide("No step is in view, so no value is read.");
    const role = { role: "slider", tabindex: 0, "aria-label": "step", "aria-describedby": "told" };
    const ends = { "aria-valuemin": this.stops[0][0], "aria-valuemax": this.stops[this.last][0] };
    for (const [name, value] of Object.entries({ ...role, ...ends })) {
      this.figure.setAttribute(name, value);
    }
    this.table.hidden = false;
    const { chosen } = this;
    if (!chosen) return this.rest();
    this.moveTo(this.now);
    this.chosen = chosen; // it may stand for several steps meanwhile
  }

  /* Shows a figure of which no number is read, and why. */
  hide(why) {
    this.stops = [];
    for (const each of SLIDER) this.figure.removeAttribute(each);
    this.cursor.replaceChildren();
    this.table.hidden = true;
    this.place.textContent = why;
  }

  rest() {
    this.figure.setAttribute("aria-valuenow", this.stops[0][0]);
    this.figure.setAttribute("aria-valuetext", "no step is chosen");
    this.list(null);
    this.place.textContent = this.hint;
  }

  /* The index of the stop that is nearest to the chosen step. */
  get now() {
    return nearest(this.stops.map(([from]) => from), this.chosen[0]);
  }

  curveOf(line) {
    return this.numbers.curves[line.curve];
  }

  /* The first and the last of the steps that a stored number is of, by its index. */
  stepsOf(line, index) {
    const { at, block } = this.curveOf(line);
    const from = at ? at[index] : index * block;
    const next = at ? (at[index + 1] ?? Infinity) : from + block;
    return [from, block > 1 ? Math.min(next - 1, line.last) : from];
  }

  /* Where the pointer and the keys stop: the numbers in view of the curve that goes farthest. */
  listStops() {
    const { at, block } = this.curveOf(this.main);
    const count = at ? at.length : Math.ceil((this.main.last + 1) / block);
    const stops = Array.from({ length: count }, (_, index) => this.stepsOf(this.main, index));
    const { x } = this.view.panels[0];
    return stops.filter((steps) => isWithin(share(x, placeOf(this.main, steps))));
  }

  /* The lowest and highest value of a line nearest to a place on the x axis, and their steps. */
  read(line, x) {
    const { at, block, [line.panel.quantity]: series } = this.curveOf(line);
    const step = line.every * Math.round((x * line.unit + 1) / line.every) - 1;
    if (step < 0 || step > line.last) return null;
    const index = at ? nearest(at, step) : Math.floor(step / block);
    const values = series?.[line.group];
    const isOne = typeof values !== "object" || values === null; // it never moves
    const [low, high] = isOne ? [values, values]
      : Array.isArray(values) ? [values[index], values[index]]
      : [values.min[index], values.max[index]];
    return { low, high, steps: this.stepsOf(line, index) };
  }

  /* A value, and its steps where they are not the chosen ones. */
  tell(found, chosen) {
    if (!found) return "–";
    const { low, high, steps } = found;
    const range = [...new Set([low, high].map(spell))].join(" to ");
    const isThere = this.isAlike && steps.every((step, end) => step === chosen[end]);
    return isThere ? range : `${range} at ${spellSteps(steps)}`;
  }

  /* A dot on a line, as tall as what a block's values span; none where they are out of view. */
  mark(line, x) {
    const { panel } = line;
    const found = this.read(line, x);
    if (typeof found?.low !== "number" || typeof found.high !== "number") return [];
    const [left, top, wide, tall] = panel.box;
    const along = share(panel.x, placeOf(line, found.steps));
    const ends = [lift(panel, found.low), lift(panel, found.high)].sort((a, b) => a - b);
    if (!isWithin(along) || !(ends[0] <= 1 && ends[1] >= 0)) return [];
    const [low, high] = ends.map((end) => Math.min(Math.max(end, 0), 1));
    return [element("rect", {
      x: (left + wide * along) * this.width - DOT / 2,
      y: (top + tall * (1 - high)) * this.height - DOT / 2,
      width: DOT,
      height: tall * (high - low) * this.height + DOT,
      rx: DOT / 2,
      fill: line.color,
    })];
  }

  rule({ box: [left, top, wide, tall], x: ends }, x) {
    const along = (left + wide * share(ends, x)) * this.width;
    const [y1, y2] = [top, top + tall].map((part) => part * this.height);
    return element("line", { x1: along, x2: along, y1, y2 });
  }

  list(chosen) {
    const shown = this.lines.slice(0, MOST_LINES).map((line) => {
      const { panel } = line;
      const row = document.createElement("tr");
      const name = document.createElement("th");
      const value = document.createElement("td");
      const sign = element("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
      sign.append(element("circle", { cx: 5, cy: 5, r: 5, fill: line.color }));
      name.scope = "row";
      const isOnly = panel.lines.length === 1;
      const names = [(isOnly || this.view.panels.length > 1) && panel.label, !isOnly && line.name];
      name.append(sign, names.filter(Boolean).join(", "));
      value.textContent = this.tell(chosen && this.read(line, placeOf(this.main, chosen)), chosen);
      row.append(name, value);
      return row;
    });
    if (this.lines.length > MOST_LINES) {
      const rest = document.createElement("tr");
      const cell = document.createElement("td");
      cell.colSpan = 2;
      cell.textContent = `and ${this.lines.length - MOST_LINES} more lines`;
      rest.append(cell);
      shown.push(rest);
    }
    this.table.tBodies[0].replaceChildren(...shown);
    return shown.map((row) => [...row.cells].map((cell) => cell.textContent).join(" ")).join("; ");
  }

  moveTo(index) {
    const chosen = this.stops[Math.min(Math.max(index, 0), this.last)];
    const x = placeOf(this.main, chosen);
    const hasEpochs = this.view.epoch > 1 || !this.isAlike;
    const epoch = this.isAlike ? chosen[0] / this.view.epoch : x;
    const where = [this.isAlike && spellSteps(chosen), hasEpochs && `epoch ${spell(epoch)}`];
    this.chosen = chosen;
    this.place.textContent = where.filter(Boolean).join(", ");
    this.cursor.replaceChildren(
      ...this.view.panels.map((panel) => this.rule(panel, x)),
      ...this.lines.flatMap((line) => this.mark(line, x)),
    );
    this.figure.setAttribute("aria-valuenow", chosen[0]);
    this.figure.setAttribute("aria-valuetext", `${this.place.textContent}: ${this.list(chosen)}`);
  }

  follow(event) {
    if (!this.stops.length) return;
    const { left, width } = this.figure.getBoundingClientRect();
    const { box, x } = this.view.panels[0];
    const along = ((event.clientX - left) / width - box[0]) / box[2];
    this.moveTo(nearest(this.places, x[0] + along * (x[1] - x[0])));
  }

  press(event) {
    if (!this.stops.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const { last } = this;
    const far = Math.max(1, Math.round(last / 10));
    const moves = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    Object.assign(moves, { PageDown: -far, PageUp: far, Home: -last, End: last });
    if (!(event.key in moves)) return;
    if (this.chosen) this.moveTo(this.now + moves[event.key]);
    else this.moveTo(event.key === "End" ? last : 0);
    event.preventDefault();
  }
}
