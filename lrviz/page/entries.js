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

/* The numbers at a slider's notches, of two digits or three. */
function listNotches({ low, high, log, zero, whole }) {
  const digits = Math.max(0, Math.ceil(-Math.log10((high - low) / NOTCHES)));
  const round = (exact) => {
    if (whole) return exact < 1000 ? Math.round(exact) : Number(exact.toPrecision(3));
    return Number(log ? exact.toPrecision(2) : exact.toFixed(digits));
  };
  const inner = Array.from({ length: NOTCHES - 1 }, (_, index) => {
    const part = (index + 1) / NOTCHES;
    return round(log ? low * (high / low) ** part : low + (high - low) * part);
  });
  const within = inner.filter((value) => value > low && value < high);
  return [...new Set([...(zero ? [0] : []), low, ...within, high])];
}

/* Of the entries, `write` shows a control's value unless its user is at it; `input` is labelled. */
class TextEntry {
  constructor(control, { turn, settle }) {
    const habits = { autocomplete: "off", autocapitalize: "off", spellcheck: "false" };
    this.input = make("input", { type: "text", ...habits });
    this.nodes = [this.input];
    this.input.addEventListener("input", () => turn(this.input.value, { after: 300 }));
    this.input.addEventListener("change", settle);
    this.addRange(turn, settle); // hidden until what is entered is a number that it has a range for
  }

  addRange(turn, settle) {
    this.range = make("input", { type: "range", min: 0, step: 1 });
    this.nodes.push(this.range);
    this.range.addEventListener("input", () => {
      this.input.value = spellNumber(this.notches[this.range.value]);
      this.range.setAttribute("aria-valuetext", this.input.value);
      turn(this.input.value, { isQuick: true });
    });
    this.range.addEventListener("change", settle);
    for (const each of ["pointerdown", "pointerup", "pointercancel"]) {
      this.range.addEventListener(each, () => (this.isDragged = each === "pointerdown"));
    }
  }

  write(control, isFree) {
    this.data = control;
    this.input.placeholder = control.default;
    if (isFree(this.input) && this.input.value !== control.value) this.input.value = control.value;
    this.writeRange(control, isFree);
  }

  writeRange({ range, number, label }, isFree) {
    const isAsked = this.notches && document.activeElement === this.input; // it is being mended
    this.range.hidden = !range && !isAsked;
    this.range.setAttribute("aria-label", `${label}, slider`);
    if (!range) return;
    this.notches = listNotches(range);
    this.range.max = this.notches.length - 1;
    if (number === null || this.isDragged || !isFree(this.range)) return;
    this.range.value = nearest(this.notches, number);
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
      const made = options.map(([own, text]) => make("option", { value: own }, text));
      this.input.replaceChildren(...made);
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

/* A control whose kind becomes another while it is entered keeps its entry, if that is as good. */
const ENTRIES = { flag: FlagEntry, choice: ChoiceEntry };
const entryOf = (control) => ENTRIES[control.kind] ?? TextEntry;
