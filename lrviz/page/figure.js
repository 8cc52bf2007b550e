"use strict";

/* Reads the figure's own numbers at the step that the pointer or the arrow keys are at. */
const NAMESPACE = "http://www.w3.org/2000/svg";
const MOST_LINES = 24;
const { numbers } = JSON.parse(document.querySelector("#record").textContent);
const view = JSON.parse(document.querySelector("#view").textContent);
const figure = document.querySelector("#figure");
const cursor = document.querySelector("#cursor");
const place = document.querySelector("#place");
const table = document.querySelector("table");
const [, , width, height] = cursor.getAttribute("viewBox").split(" ").map(Number);
const first = view.panels[0];
const main = first.lines[0];
let x = null;

const curveOf = (line) => numbers.curves[line.curve];
const last = Math.max(...numbers.curves.map((curve) => (curve.at ? curve.at.at(-1) : curve.steps - 1)));
const stepAt = (place, line) =>
  line.every * Math.round((place - line.offset) * line.unit) + line.every - 1;
const placeOf = (step) => main.offset + step / main.unit;

/* The value at a step, or of the block that it is in: first, min, max and mean. */
function read(line, quantity, step) {
  const curve = curveOf(line);
  const series = curve[quantity]?.[line.group];
  if (series === undefined || step < 0) return null;
  let index = step;
  if (curve.at) index = nearest(curve.at, step);
  else if (step >= curve.steps) return null;
  else index = Math.floor(step / curve.block);
  if (typeof series !== "object" || series === null) return { value: series };
  if (Array.isArray(series)) return { value: series[index] };
  return { value: series.mean[index], low: series.min[index], high: series.max[index] };
}

function nearest(steps, step) {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] < step) low = middle + 1;
    else high = middle;
  }
  return low && step - steps[low - 1] <= steps[low] - step ? low - 1 : low;
}

function spell(value) {
  if (value === null || value === undefined) return "no value";
  if (typeof value !== "number") return String(value);
  const short = Number(value.toPrecision(6));
  if (short !== 0 && (Math.abs(short) < 1e-3 || Math.abs(short) >= 1e6)) {
    return short.toExponential().replace("e+", "e");
  }
  return String(short);
}

function tell(found) {
  if (!found) return "–";
  if (found.low === undefined || found.low === found.high) return spell(found.value);
  return `${spell(found.low)} to ${spell(found.high)}`;
}

/* Where a value stands on a panel's y axis, from 0 at the bottom to 1. */
function lift(panel, value) {
  const scale = panel.scale === "log" ? Math.log10 : Number;
  const [low, high] = panel.y.map(scale);
  return (scale(value) - low) / (high - low);
}

function element(name, attributes) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function mark(panel, step) {
  const [left, top, wide, tall] = panel.box;
  const along = (left + (wide * (x - panel.x[0])) / (panel.x[1] - panel.x[0])) * width;
  const ends = { x1: along, x2: along, y1: top * height, y2: (top + tall) * height };
  const marks = [element("line", ends)];
  for (const line of panel.lines) {
    const found = read(line, panel.quantity, stepAt(x, line));
    const share = typeof found?.value === "number" ? lift(panel, found.value) : NaN;
    if (share >= 0 && share <= 1) {
      const cy = (top + tall * (1 - share)) * height;
      marks.push(element("circle", { cx: along, cy, r: 4, fill: line.color }));
    }
  }
  return marks;
}

function list() {
  const rows = view.panels.flatMap((panel) => panel.lines.map((line) => ({ panel, line })));
  const shown = rows.slice(0, MOST_LINES).map(({ panel, line }) => {
    const row = document.createElement("tr");
    const name = document.createElement("th");
    const value = document.createElement("td");
    const sign = element("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
    sign.append(element("circle", { cx: 5, cy: 5, r: 5, fill: line.color }));
    name.scope = "row";
    name.append(sign, [panel.label, panel.lines.length > 1 && line.name].filter(Boolean).join(", "));
    value.textContent = tell(read(line, panel.quantity, stepAt(x, line)));
    row.append(name, value);
    return row;
  });
  if (rows.length > MOST_LINES) {
    const rest = document.createElement("tr");
    const cell = document.createElement("td");
    cell.colSpan = 2;
    cell.textContent = `and ${rows.length - MOST_LINES} more lines`;
    rest.append(cell);
    shown.push(rest);
  }
  table.tBodies[0].replaceChildren(...shown);
  return shown.map((row) => [...row.cells].map((cell) => cell.textContent).join(" ")).join("; ");
}

function moveTo(step) {
  const chosen = Math.min(Math.max(step, 0), last);
  x = placeOf(chosen);
  const { block } = curveOf(main);
  const from = block > 1 ? chosen - (chosen % block) : chosen;
  const to = Math.min(from + block - 1, last);
  const steps = to > from ? `steps ${from} to ${to}` : `step ${from}`;
  const epoch = view.epoch > 1 ? `, epoch ${spell(from / view.epoch)}` : "";
  place.textContent = `${steps}${epoch}`;
  table.hidden = false;
  cursor.replaceChildren(...view.panels.flatMap((panel) => mark(panel)));
  const told = list();
  figure.setAttribute("aria-valuenow", chosen);
  figure.setAttribute("aria-valuetext", `${steps}${epoch}: ${told}`);
}

figure.setAttribute("aria-valuemax", last);
figure.addEventListener("pointermove", (event) => {
  const { left, width: wide } = figure.getBoundingClientRect();
  const share = ((event.clientX - left) / wide - first.box[0]) / first.box[2];
  const at = first.x[0] + share * (first.x[1] - first.x[0]);
  moveTo(Math.round((at - main.offset) * main.unit));
});
figure.addEventListener("keydown", (event) => {
  const now = Number(figure.getAttribute("aria-valuenow"));
  const block = curveOf(main).block;
  const far = Math.max(block, Math.round(last / 10));
  const moves = { ArrowLeft: -block, ArrowDown: -block, ArrowRight: block, ArrowUp: block };
  Object.assign(moves, { PageDown: -far, PageUp: far, Home: -last, End: last });
  if (event.key in moves && !event.ctrlKey && !event.metaKey && !event.altKey) {
    moveTo(x === null ? (event.key === "End" ? last : 0) : now + moves[event.key]);
    event.preventDefault();
  }
});
