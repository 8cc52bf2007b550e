"use strict";

/* A spec as controls. Each keeps its elements, with their focus, for as long as it is there. */
let made = 0;
const idOf = (...parts) => JSON.stringify(parts);
const startsWith = (key, start) => start.every((part, index) => key[index] === part);

/* Makes an element's children these, and moves none that need not move. */
function arrange(parent, nodes) {
  for (const child of [...parent.children]) if (!nodes.includes(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = !text;
}

class ControlView {
  constructor(control, form, opOf) {
    const id = `c${(made += 1)}`;
    Object.assign(this, { form, isChoose: opOf.name === "choose" });
    const change = (value) => ({ key: this.data.key, ...opOf(this.data, value) });
    this.entry = new (entryOf(control))(control, {
      turn: (value, how) => form.pump.change(change(value), how),
      settle: () => form.pump.flush(),
    });
    const { input, nodes, range } = this.entry;
    this.label = make("label", { for: id });
    this.required = make("span", { class: "required" }, "required");
    this.help = make("p", { class: "help", id: `${id}h` });
    this.error = make("p", { class: "error", id: `${id}e` });
    input.id = id;
    for (const each of [input, range].filter(Boolean)) {
      each.setAttribute("aria-describedby", `${id}h ${id}e`);
      each.addEventListener("blur", () => setTimeout(() => this.write(false)));
    }
    const name = make("div", { class: "label" }, this.label, this.required);
    this.node = make("div", { class: "control" }, name, ...nodes, this.help, this.error);
  }

  update(control, isForced) {
    this.data = control;
    Object.assign(this.node.dataset, { key: control.key.join("."), kind: control.kind });
    setText(this.label, control.label);
    setText(this.help, control.help);
    this.required.hidden = !control.required || this.isChoose;
    this.entry.input.toggleAttribute("required", control.required);
    this.node.classList.toggle("given", control.value !== "");
    this.node.classList.toggle("choose", this.isChoose);
    this.write(isForced);
  }

  /* Shows the value, if not its user has another in mind. */
  write(isForced) {
    const isPending = this.form.pump.isPending(this.data.key);
    const isThere = (input) => input === document.activeElement;
    this.entry.write(this.data, (input, byFocus = true) =>
      isForced || !(isPending || (byFocus && isThere(input))));
  }

  blame(texts) {
    setText(this.error, texts.join("\n"));
    this.node.classList.toggle("wrong", texts.length > 0);
    for (const each of [this.entry.input, this.entry.range].filter(Boolean)) {
      if (texts.length) each.setAttribute("aria-invalid", "true");
      else each.removeAttribute("aria-invalid");
    }
    const folded = texts.length && this.node.closest("details");
    if (folded) folded.open = true;
  }
}

/* A button; where there is something to name, it opens a row that asks for it. */
class ActionView {
  constructor(action, form) {
    const send = (extra) => form.pump.change({ ...this.data.change, ...extra });
    this.button = make("button", { type: "button" });
    this.node = make("div", { class: "action" }, this.button);
    this.button.addEventListener("click", () => (this.asks ? this.toggle() : send()));
    const { names, change, label } = action;
    this.asks = Boolean(names) || (change.op === "add" && change.name === undefined);
    if (!this.asks) return;
    const habits = { type: "text", autocomplete: "off", required: true, placeholder: "its name" };
    this.input = names ? make("select") : make("input", habits);
    this.input.setAttribute("aria-label", `${label}: ${names ? "which" : "its name"}`);
    const cancel = make("button", { type: "button", class: "quiet" }, "Cancel");
    this.row = make("form", { class: "chooser", hidden: true }, this.input,
      make("button", { type: "submit", class: "main" }, "Add"), cancel);
    this.node.append(this.row);
    this.button.setAttribute("aria-expanded", "false");
    cancel.addEventListener("click", () => this.toggle());
    this.row.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle());
    this.row.addEventListener("submit", (event) => {
      event.preventDefault();
      send({ name: this.input.value });
      this.toggle();
      this.input.value = names ? this.input.value : "";
    });
  }

  toggle() {
    this.row.hidden = !this.row.hidden;
    this.button.setAttribute("aria-expanded", String(!this.row.hidden));
    (this.row.hidden ? this.button : this.input).focus();
  }

  update(action, title) {
    this.data = action;
    setText(this.button, action.label);
    if (action.change.op === "remove") {
      this.button.setAttribute("aria-label", `${action.label} ${title}`);
    }
    const shape = JSON.stringify(action.names);
    if (!action.names || shape === this.shape) return;
    this.shape = shape;
    const options = action.names.map((name) => make("option", { value: name }, name));
    this.input.replaceChildren(...options);
  }
}

class SectionView {
  constructor(form, depth) {
    const id = `s${(made += 1)}`;
    this.heading = make(`h${Math.min(depth + 2, 6)}`, { id, tabindex: -1 });
    this.help = make("p", { class: "help" });
    this.error = make("p", { class: "error" });
    this.controls = make("div", { class: "list" });
    this.summary = make("summary");
    this.more = make("div", { class: "list" });
    this.folded = make("details", { class: "more" }, this.summary, this.more);
    this.sections = make("div", { class: "sections" });
    this.actions = make("div", { class: "actions" });
    const parts = [this.heading, this.help, this.error, this.controls];
    parts.push(this.folded, this.sections, this.actions);
    this.node = make("div", { class: "section", role: "group", "aria-labelledby": id }, ...parts);
  }

  update({ title, key, help, more }) {
    this.key = key;
    setText(this.heading, title);
    setText(this.help, help);
    setText(this.summary, `${more.length} more`);
    this.folded.hidden = !more.length;
  }
}

class Form {
  /* `root` gets the sections; `pump` takes the changes, and knows those that are under way. */
  constructor(root, pump) {
    Object.assign(this, { root, pump, views: new Map(), used: new Set() });
  }

  show(sections, isForced = false) {
    const { activeElement } = document;
    const headings = [];
    for (let at = activeElement; at && this.root.contains(at); at = at.parentElement) {
      if (at.classList.contains("section")) headings.push(at.firstElementChild);
    }
    this.used = new Set();
    this.isForced = isForced;
    arrange(this.root, this.buildAll(sections, "root", 0));
    for (const id of this.views.keys()) if (!this.used.has(id)) this.views.delete(id);
    if (activeElement?.isConnected === false) headings.find((each) => each.isConnected)?.focus();
  }

  take(id, build) {
    this.used.add(id);
    if (!this.views.has(id)) this.views.set(id, build());
    return this.views.get(id);
  }

  buildAll(sections, above, depth) {
    return sections.map((each, index) => {
      const alike = sections.slice(0, index).filter((other) => isSameKey(other.key, each.key));
      return this.build(each, idOf(above, each.key, alike.length), depth);
    });
  }

  build(section, id, depth) {
    const view = this.take(id, () => new SectionView(this, depth));
    const set = (control, value) => ({ op: control.kind === "text" ? "text" : "set", value });
    const choose = (control, name) => (name ? { op: "choose", name } : { op: "remove" });
    const list = (controls, op) => controls.map((each) =>
      this.place(each, idOf(id, each.key, entryOf(each).name, op.name), op));
    view.update(section);
    const chosen = list(section.choose ? [section.choose] : [], choose);
    arrange(view.controls, [...chosen, ...list(section.controls, set)]);
    arrange(view.more, list(section.more, set));
    arrange(view.sections, this.buildAll(section.sections, id, depth + 1));
    arrange(view.actions, section.actions.map((each) => {
      const own = this.take(idOf(id, each.label, !each.names), () => new ActionView(each, this));
      own.update(each, section.title);
      return own.node;
    }));
    return view.node;
  }

  place(control, id, op) {
    const view = this.take(id, () => new ControlView(control, this, op));
    view.update(control, this.isForced);
    return view.node;
  }

  /* Shows what is wrong where it can be mended, and returns what has no such place. */
  blame(problems) {
    const views = [...this.views.values()];
    const controls = views.filter((each) => each instanceof ControlView);
    const sections = views.filter((each) => each instanceof SectionView);
    const told = new Map([...controls, ...sections].map((each) => [each, []]));
    const homeless = problems.filter(({ key, text }) => {
      const above = controls.filter((each) => startsWith(key, each.data.key));
      above.sort((a, b) => b.data.key.length - a.data.key.length);
      const own = sections.find((each) => each.key.length && isSameKey(each.key, key));
      const home = above[0] && (isSameKey(above[0].data.key, key) || !own) ? above[0] : own;
      if (!home) return true;
      const rest = key.slice((home.data ?? home).key.length).join(".");
      told.get(home).push(rest ? `${rest}: ${text}` : text);
      return false;
    });
    for (const each of controls) each.blame(told.get(each));
    for (const each of sections) setText(each.error, told.get(each).join("\n"));
    return homeless;
  }
}
