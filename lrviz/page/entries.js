"use strict";

/* What a value is entered with: a text, a slider beside it, a box, or a list to choose from. */
const NOTCHES = 200;

function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/* A number as YAML 1.2 reads it: 0.003, 1e-5. */
function spellNumber(value) {
  if (value === 0) return "0";
  const isSmall = Math.abs(value) < 1e-3;
  return isSmall ? value.toExponential().replace("e+", "e") : String(value);
}

const countNotches = ({ low, high, log, whole }) => (whole && !log ? Math.min(NOTCHES, high - low) : NOTCHES);

/* The number at a slider's notch, of two digits or three. */
function numberAt(range, notch) {
  const { low, high, log, zero, whole } = range;
  const first = zero && low > 0 ? 1 : 0;
  if (notch < first) return 0;
  const count = countNotches(range);
  const part = (notch - first) / (count - first);
  if (part <= 0) return low;
  if (part >= 1) return high;
  const exact = log ? low * (high / low) ** part : low + (high - low) * part;
  if (whole) return exact < 1000 ? Math.round(exact) : Number(Math.round(exact).toPrecision(3));
  if (log) return Number(exact.toPrecision(2));
  return Number(exact.toFixed(Math.max(0, Math.ceil(-Math.log10((high - low) / count)))));
}

function notchOf(range, value) {
  const { low, high, log, zero } = range;
  const first = zero && low > 0 ? 1 : 0;
  if (first && value <= 0) return 0;
  const part = log ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.round(first + Math.min(Math.max(part, 0), 1) * (countNotches(range) - first));
}

/* Of the entries, `write` shows a control's value unless its user is at it; `input` is labelled. */
class TextEntry {
  constructor(control, { turn, settle }) {
    const isShort = control.kind === "number" || control.kind === "whole";
    const habits = { autocomplete: "off", autocapitalize: "off", spellcheck: "false" };
    this.input = make("input", { type: "text", ...habits });
    this.nodes = [this.input];
    this.input.addEventListener("input", () => turn(this.input.value, { after: 300 }));
    this.input.addEventListener("change", settle);
    if (isShort) this.addRange(turn, settle);
  }

  addRange(turn, settle) {
    this.range = make("input", { type: "range", min: 0, step: 1 });
    this.nodes.push(this.range);
    this.range.addEventListener("input", () => {
      const value = numberAt(this.data.range, Number(this.range.value));
      this.input.value = spellNumber(value);
      this.range.setAttribute("aria-valuetext", this.input.value);
      turn(this.input.value, { isQuick: true });
    });
    this.range.addEventListener("change", settle);
    for (const [event, is] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
      this.range.addEventListener(event, () => (this.isDragged = is));
    }
  }

  write(control, isFree) {
    this.data = control;
    this.input.placeholder = control.default;
    if (isFree(this.input) && this.input.value !== control.value) this.input.value = control.value;
    if (this.range) this.writeRange(control, isFree);
  }

  writeRange({ range, number, label }, isFree) {
    this.range.hidden = !range;
    if (!range) return;
    this.range.setAttribute("aria-label", `${label}, slider`);
    this.range.max = countNotches(range);
    if (number === null || this.isDragged || !isFree(this.range)) return;
    this.range.value = notchOf(range, number);
    this.range.setAttribute("aria-valuetext", spellNumber(number));
  }
}

class ChoiceEntry {
  constructor(control, { turn }) {
    this.input = make("select");
    this.nodes = [this.input];
    this.input.addEventListener("change", () => turn(this.input.value));
  }

  write({ value, choices, default: usual, required }, isFree) {
    const isOdd = value !== "" && !choices.includes(value);
    const rest = !required ? [["", usual ? `${usual} (default)` : "default"]]
      : value === "" ? [["", "choose one"]] : [];
    const options = [...rest, ...(isOdd ? [value] : []), ...choices].map((each) =>
      typeof each === "string" ? [each, each] : each);
    const shape = JSON.stringify(options);
    if (shape !== this.shape) {
      this.shape = shape;
      this.input.replaceChildren(...options.map(([own, text]) => make("option", { value: own }, text)));
    }
    if (isFree(this.input, false)) this.input.value = value;
  }
}

/* Left out, it is as by default, and says so; else it can be left out again. */
class FlagEntry {
  constructor(control, { turn }) {
    this.input = make("input", { type: "checkbox" });
    this.usual = make("span", { class: "usual" }, "default");
    this.leave = make("button", { type: "button", class: "quiet" }, "use default");
    this.leave.setAttribute("aria-label", `${control.label}: use default`);
    this.nodes = [make("span", { class: "flag" }, this.usual, this.leave, this.input)];
    this.input.addEventListener("change", () => turn(String(this.input.checked)));
    this.leave.addEventListener("click", () => {
      this.input.focus();
      turn("");
    });
  }

  write({ value, default: usual, required }, isFree) {
    if (!isFree(this.input, false)) return;
    this.input.checked = (value || usual) === "true";
    this.input.indeterminate = !["true", "false"].includes(value || usual);
    this.usual.hidden = value !== "";
    this.leave.hidden = value === "" || required;
  }
}

const ENTRIES = { flag: FlagEntry, choice: ChoiceEntry };
const buildEntry = (control, actions) => new (ENTRIES[control.kind] ?? TextEntry)(control, actions);
