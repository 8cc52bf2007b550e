"use strict";

/* The document: its text's past, the file that it came from, and what is said of both. */
const MERGED = 1000; // between two changes of one value that are undone as one
const TOLD = 6000; // for which a note is seen
const at = (selector) => document.querySelector(selector);
const link = new Link();
const pump = new Pump(link);
const file = { name: "", begun: "", text: "", seen: "", unsavable: "" };
const past = { texts: [], now: -1, of: "", when: 0 };
let isForced = false; // whether the next drawing writes over what is being entered
const isChanged = () => past.now >= 0 && (pump.text !== file.text || pump.changes.length > 0);

const nameFile = () => (file.name === "-" ? "standard input" : file.name.split(/[\\/]/).pop());

function showState() {
  const name = nameFile() || file.begun || "lrviz";
  at("#name").textContent = name;
  at("#name").title = file.name;
  at("#changed").hidden = !isChanged();
  document.title = `${isChanged() ? "• " : ""}${name}`;
  setText(at("#unsavable"), file.unsavable);
  at("#save").disabled = Boolean(file.unsavable) || !isChanged();
  at("#undo").disabled = past.now <= 0 && !pump.changes.length;
  at("#redo").disabled = past.now >= past.texts.length - 1;
}

function remember(text, of = "") {
  if (text !== past.texts[past.now]) {
    const isMerged = of && of === past.of && performance.now() - past.when < MERGED;
    past.now += isMerged ? 0 : 1;
    past.texts.splice(past.now, Infinity, text);
    Object.assign(past, { of, when: performance.now() });
  }
  showState();
}

function travel(by) {
  if (by < 0 && pump.changes.length) return take(past.texts[past.now]); // what is not in a text yet
  if (past.texts[past.now + by] === undefined) return;
  past.now += by;
  past.of = "";
  take(past.texts[past.now]);
}

/* Has another text drawn, whatever is being entered. */
function take(text) {
  isForced = true;
  pump.replace(text);
  remember(text);
  writeSource();
}

function writeSource() {
  const source = at("#yaml");
  const isFree = isForced || source !== document.activeElement;
  const text = pump.text.replaceAll("\r\n", "\n"); // as the element has it
  if (isFree && source.value !== text) source.value = text;
}

/* The YAML as it is entered; its lines end as those of the file. */
function readSource() {
  const { value } = at("#yaml");
  return pump.text.includes("\r\n") ? value.replaceAll("\n", "\r\n") : value;
}

function note(text) {
  at("#note").textContent = text;
  clearTimeout(note.timer);
  note.timer = setTimeout(() => (at("#note").textContent = ""), TOLD);
}

/* A line across the page, one of a kind, with answers to it; without a text it is taken away. */
function bar(kind, text, answers = {}) {
  at(`[data-bar=${kind}]`)?.remove();
  if (!text) return;
  const buttons = Object.entries(answers).map(([label, answer]) => {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      bar(kind, "");
      answer();
    });
    return button;
  });
  const parts = [make("p", {}, text), ...buttons];
  at("#bars").append(make("div", { "data-bar": kind, role: "alert" }, ...parts));
}

/* Does what is asked for and may fail, with the newest text, and says why it does. */
async function attempt(action) {
  const late = setTimeout(() => at("header").classList.add("busy"), SEEN);
  try {
    await pump.done();
    await action(pump.text);
  } catch (error) {
    if (error instanceof Refusal && error.status !== 404) note(error.message);
    else if (link.isLost) note("lrviz cannot be reached.");
    else throw error;
  } finally {
    clearTimeout(late);
    at("header").classList.remove("busy");
  }
}

async function save(text) {
  if (file.unsavable) return;
  try {
    const { seen } = await link.ask("save", { text, seen: file.seen });
    Object.assign(file, { text, seen });
    bar("file", "");
    note(`Saved ${nameFile()}.`);
  } catch (error) {
    if (error.status !== 409) throw error;
    askWhich(error.answer);
  }
  showState();
}

function askWhich({ text, seen }) {
  const accept = () => Object.assign(file, { text, seen });
  bar("file", `${nameFile()} has changed on disk, and there are changes here that are not saved.`, {
    "Take the file's": () => take(accept().text),
    "Keep mine": () => {
      accept();
      showState();
    },
  });
}

/* Compares with what is on disk now. */
function meet({ text, seen, error = "" }) {
  bar("disk", error);
  if (error || seen === file.seen) return;
  if (text !== pump.text && isChanged()) return askWhich({ text, seen });
  const isNew = text !== pump.text;
  Object.assign(file, { text, seen });
  bar("file", "");
  if (isNew) take(text);
  else showState();
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "away" });
    const { activeElement } = document;
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    activeElement?.focus();
  }
  note(`Copied the ${what}.`);
}

async function download(text, format) {
  const response = await link.ask("figure", { text, format }, { kind: "response" });
  const named = /filename="?([^";]+)/.exec(response.headers.get("Content-Disposition") ?? "");
  const address = URL.createObjectURL(await response.blob());
  make("a", { href: address, download: named?.[1] ?? `figure.${format}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function fix(text, { code, key }) {
  const fixed = await link.ask("fix", { text, code, key });
  take(fixed.text);
  note(fixed.said.join("; "));
}
