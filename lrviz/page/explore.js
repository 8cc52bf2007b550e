"use strict";

/* The page of `lrviz explore`: a spec's controls, and the figure that follows them. */
const LOOK = "lrviz.look";
const LOST = "lrviz has ended or cannot be reached; nothing here is lost. "
  + "Start it again and open the address it prints.";
const LONG_RUN = 10_000; // steps above which a figure is drawn when a slider rests
const TEXTS = "textarea, input:not([type=range], [type=checkbox])"; // have an undo of their own
const BLAMED = "#form .error:not([hidden])"; // of a control or a section
const SLOWLY = { isQuick: true, after: 250 };
const dark = matchMedia("(prefers-color-scheme: dark)");
const phone = matchMedia("(max-width: 40rem)");
const touch = matchMedia("(max-width: 40rem) and (hover: none)");
const wide = matchMedia("(min-width: 56rem)");
const turn = {
  change: (change, how) => {
    pump.change(change, how?.isQuick && shown?.steps > LONG_RUN ? SLOWLY : how);
    showState();
  },
  flush: () => pump.flush(),
  isPending: (key) => pump.isPending(key),
};
const form = new Form(at("#form"), turn);
const reader = new Reader({
  figure: at("#figure"), cursor: at("#cursor"), place: at("#place"), table: at("table"),
});
let shown = null; // the last drawing
let pictures = 0;

pump.look = () => ({
  style: at("#look").value || (dark.matches ? "dark" : "light"),
  narrow: phone.matches,
});

/* The picture is put in once it can be seen, so that nothing flickers. */
async function showFigure({ figure, told }) {
  const own = (pictures += 1);
  const picture = new Image(figure.width, figure.height);
  picture.alt = told;
  picture.src = URL.createObjectURL(new Blob([figure.svg], { type: "image/svg+xml" }));
  await picture.decode().catch(() => {});
  if (own !== pictures) return URL.revokeObjectURL(picture.src);
  const old = at("#figure img");
  if (old) {
    URL.revokeObjectURL(old.src);
    old.replaceWith(picture);
  } else at("#figure").prepend(picture);
  const { width, height } = figure;
  const looks = { ground: figure.background, ink: figure.foreground, ratio: width / height };
  const { style } = at("#frame");
  for (const [name, value] of Object.entries(looks)) style.setProperty(`--${name}`, value);
  at("#cursor").setAttribute("viewBox", `0 0 ${width} ${height}`);
  const line = at("#told"); // while a slider is turned, it only grows, so that nothing jumps
  const isTurned = document.activeElement?.type === "range";
  line.style.minHeight = isTurned ? `${line.offsetHeight}px` : "";
  line.replaceChildren(...told.split(/(\S*e-\S*)/).map((part, index) =>
    index % 2 ? make("span", { class: "whole" }, part) : part)); // no line ends inside 1e-3
  const hint = touch.matches ? "Touch the figure to read it." : undefined;
  reader.show(figure.numbers, figure.view, hint);
  const values = at("#read");
  values.tabIndex = values.scrollHeight > values.clientHeight ? 0 : -1; // keys scroll what is cut
}

const list = (selector, lines) =>
  at(selector).replaceChildren(...lines.map((line) => make("li", {}, line)));

function show({ drawing, changes }) {
  const isWrong = drawing.problems.length > 0;
  shown = drawing;
  at("#unread").hidden = drawing.form !== null;
  at("#form").disabled = drawing.form === null;
  at("#controls").tabIndex = drawing.form ? -1 : 0; // nothing in it scrolls it then
  if (drawing.form) form.show(drawing.form, isForced);
  list("#problems", form.blame(drawing.problems).map((each) => each.line));
  list("#warnings", drawing.warnings);
  at("#frame").classList.toggle("stale", isWrong);
  at("#stale").hidden = !isWrong || !at("#figure img");
  at("#mend").hidden = !at(BLAMED);
  for (const button of drawing.figure ? document.querySelectorAll("[data-set]") : []) {
    const now = button.dataset.set === "x" ? drawing.x : drawing.scale;
    button.setAttribute("aria-pressed", String(button.value === now));
  }
  if (drawing.figure) showFigure(drawing);
  else if (!at("#figure img")) reader.hide("There is no figure yet.");
  writeSource();
  isForced = false;
  remember(drawing.text, JSON.stringify(changes.map(({ op, key }) => [op, key])));
}

function showFindings(findings) {
  const items = findings.map((each) => {
    const { severity, text, code, name } = each;
    const item = make("li", { class: severity }, make("span", { class: "severity" }, severity),
      make("p", {}, text, " ", make("span", { class: "code" }, `${code} ${name}`)));
    if (!each.fix) return item;
    const button = make("button", { type: "button" }, `Fix: ${each.fix.label}`);
    button.addEventListener("click", () => attempt((now) => fix(now, each)));
    item.append(button);
    return item;
  });
  at("#findings").replaceChildren(...items);
}

/* Says what the page shows, once it rests. */
function rest(findings) {
  const { problems, told } = shown;
  if (findings) showFindings(findings);
  const count = findings?.length ?? 0;
  const found = count ? `; ${count} finding${count > 1 ? "s" : ""}` : "";
  const wrong = problems.map(({ key, text, line }) =>
    key.length ? `${key.join(".")}: ${text}` : line).join("; ");
  at("#said").textContent = wrong || told + found;
}

/* Shows the page of a spec, or, where there is none yet, those to start from. */
function turnTo(page) {
  const wasShown = !at("#page").hidden || !at("#starts").hidden;
  at("#page").hidden = page !== "page";
  at("#starts").hidden = page !== "starts";
  for (const each of [".skip", "#undo", "#redo", "#save", "#share", "#state"]) {
    at(each).hidden = page === "starts";
  }
  at("#back").hidden = page === "starts" || Boolean(file.name);
  scrollTo(0, 0);
  if (wasShown) at(page === "starts" ? "#starts h2" : "#controls").focus({ preventScroll: true });
}

function open({ name, text, seen, changed, unsavable, starts }) {
  const isOdd = changed && !unsavable; // options of the command line changed what there is to save
  Object.assign(file, { name, text: isOdd ? null : text, seen, unsavable });
  showStarts(starts, (start) => attempt(async () => {
    const begun = await link.ask("begin", { kind: start.kind, name: start.name });
    Object.assign(file, { begun: start.name, text: begun.text });
    turnTo("page");
    take(begun.text);
  }));
  showState();
  if (!name && !text) return turnTo("starts");
  turnTo("page");
  take(text);
}

/* The server is there again, perhaps with another file: this page's text stays. */
function goOn(state) {
  bar("lost", "");
  if (past.now < 0 && at("#starts").hidden) return open(state);
  const { name, unsavable } = state;
  Object.assign(file, { name, unsavable });
  showState();
  if (name) meet(state);
}

function setLook() {
  const { value } = at("#look");
  document.documentElement.dataset.look = value;
  if (value) localStorage.setItem(LOOK, value);
  else localStorage.removeItem(LOOK);
  if (shown) pump.want();
}

const onClick = (selector, action) => at(selector).addEventListener("click", action);
onClick("#undo", () => travel(-1));
onClick("#redo", () => travel(1));
onClick("#save", () => attempt(save));
onClick("#back", () => turnTo("starts"));
onClick("#mend", () =>
  at(BLAMED).parentElement.querySelector("input, select, [tabindex]").focus());
onClick("#copy-yaml", () => attempt((text) => copy(text, "YAML")));
onClick("#copy-code", () => attempt(async (text) => {
  const { code } = await link.ask("code", { text });
  await copy(code, "Python");
}));
for (const button of document.querySelectorAll("[data-format]")) {
  button.addEventListener("click", () => attempt((text) => download(text, button.dataset.format)));
}
for (const button of document.querySelectorAll("[data-set]")) {
  button.addEventListener("click", () =>
    turn.change({ op: "set", key: ["figure", button.dataset.set], value: button.value }));
}
at("#yaml").addEventListener("input", () => {
  pump.replace(readSource(), { after: 300 });
  showState();
});
at("#yaml").addEventListener("change", () => pump.flush());
at("#look").addEventListener("change", setLook);
for (const each of [dark, phone]) each.addEventListener("change", () => shown && pump.want());
const unfold = () => (at("#share").open = wide.matches);
wide.addEventListener("change", unfold);
addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || event.altKey) {
    if (key === "escape" && !wide.matches) at("#share").open = false;
  } else if (key === "s") {
    event.preventDefault();
    attempt(save);
  } else if ((key === "z" || key === "y") && !event.target.matches(TEXTS)) {
    event.preventDefault();
    travel(key === "y" || event.shiftKey ? 1 : -1);
  }
});
addEventListener("beforeunload", (event) => isChanged() && event.preventDefault());
pump.addEventListener("drawing", ({ detail }) => show(detail));
pump.addEventListener("rest", ({ detail }) => rest(detail));
pump.addEventListener("failed", ({ detail }) => list("#problems", [detail]));
pump.addEventListener("busy", ({ detail }) => {
  at("#frame").setAttribute("aria-busy", String(detail));
  at("#frame").classList.toggle("busy", detail);
});
link.addEventListener("file", ({ detail }) => (file.name || detail.error) && meet(detail));
link.addEventListener("found", ({ detail }) => goOn(detail));
link.addEventListener("lost", () => bar("lost", LOST));
at("#look").value = localStorage.getItem(LOOK) ?? "";
setLook();
unfold();
link.ask("state").then(open, () => {}).then(() => link.listen());
