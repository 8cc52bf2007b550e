"use strict";

/* Keeps the text, and has it drawn as fast as it is changed, and no faster. A change is kept until
   a drawing answers that holds it, so whatever is lost on the way is sent again. */
const LONG = 300; // of a drawing, after which a newer one need not wait for it
const LONGEST = 1200; // on a machine that takes long for each, or none would ever be seen
const SEEN = 150; // after which it is shown that something is being done
const REST = 250;
const BUSY = 500; // until a server that has too much to do is asked again

const isSameKey = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const isValue = (change) => change.op === "set" || change.op === "text";

class Pump extends EventTarget {
  /* Events: `drawing` with that and the changes in it, `rest` with the findings where they could
     be asked for, `busy` with whether it is, `failed` with why. */
  constructor(link) {
    super();
    Object.assign(this, { link, look: () => ({}), text: "", changes: [], flight: null });
    Object.assign(this, { isQuick: false, patience: LONG });
    link.addEventListener("found", () => this.text && this.send());
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /* Takes one value or shape of the spec, to be drawn after a while in which no other comes. */
  change(change, { isQuick = false, after = 0 } = {}) {
    const shape = this.changes.findLastIndex((each) => !isValue(each)); // it needs those before it
    this.changes = this.changes.filter((each, index) =>
      index <= shape || !isValue(change) || !isSameKey(each.key, change.key));
    this.changes.push(change);
    this.want({ isQuick, after });
  }

  /* Takes another text. */
  replace(text, { after = 0 } = {}) {
    this.text = text;
    this.changes = [];
    this.flight?.controller.abort();
    this.flight = null;
    this.want({ after });
  }

  isPending(key) {
    return this.changes.some((change) => isSameKey(change.key, key));
  }

  /* Waits until every change is in the text. */
  async done() {
    while (this.changes.length && !this.link.isLost) {
      const landed = new Promise((wake) => this.addEventListener("busy", wake, { once: true }));
      this.flush();
      await landed;
    }
  }

  /* Sends at once what waits for its while to pass. */
  flush() {
    if (this.timer) this.want();
  }

  want({ isQuick = false, after = 0 } = {}) {
    this.stop();
    this.isQuick = isQuick;
    if (after) {
      this.timer = setTimeout(() => this.want({ isQuick }), after);
      return;
    }
    if (!this.flight) this.send();
    else {
      this.isWaiting = true;
      const left = this.flight.began + this.patience - performance.now();
      this.overtaking = setTimeout(() => this.overtake(), Math.max(0, left));
    }
  }

  stop() {
    for (const each of ["timer", "overtaking", "resting"]) {
      clearTimeout(this[each]);
      this[each] = null;
    }
  }

  overtake() {
    this.patience = Math.min(this.patience * 2, LONGEST);
    this.send();
  }

  async send({ isLast = false } = {}) {
    this.stop();
    if (this.link.isLost) return; // all is sent when it is found
    this.flight?.controller.abort();
    const flight = { controller: new AbortController(), began: performance.now() };
    Object.assign(flight, { changes: [...this.changes], isQuick: this.isQuick });
    Object.assign(this, { flight, isWaiting: false });
    this.late ??= setTimeout(() => this.tell("busy", true), SEEN);
    const { changes, isQuick } = flight;
    const body = { text: this.text, changes, look: this.look(), quick: isQuick };
    try {
      const drawing = await this.link.ask("draw", body, { signal: flight.controller.signal });
      if (this.flight === flight) this.take(drawing, flight, isLast);
    } catch (error) {
      if (this.flight === flight) this.fail(error, flight);
    }
  }

  land() {
    clearTimeout(this.late);
    Object.assign(this, { flight: null, late: null });
    this.tell("busy", false);
  }

  take(drawing, flight, isLast) {
    const taken = performance.now() - flight.began;
    this.patience = Math.min(Math.max(2 * taken, LONG), LONGEST);
    this.land();
    this.text = drawing.text;
    this.forget(flight);
    this.tell("drawing", { drawing, changes: flight.changes });
    if (this.isWaiting) this.send();
    else if (!this.timer) this.settle(drawing, flight, isLast);
  }

  forget(flight) {
    this.changes = this.changes.filter((change) => !flight.changes.includes(change));
  }

  fail(error, flight) {
    this.land();
    if (!(error instanceof Refusal) || error.status === 404) return;
    if (error.status === 503 || error.status === 409) { // or overtaken by one that it overtook
      this.timer = setTimeout(() => this.send(), BUSY);
      return;
    }
    this.forget(flight);
    this.tell("failed", error.message);
    if (this.isWaiting) this.send();
  }

  /* After a while without a change the figure is drawn once as it will be, then judged. */
  settle(drawing, { isQuick }, isLast) {
    const rest = () => {
      this.isQuick = false;
      if (isQuick) this.send({ isLast: true });
      else this.judge(drawing);
    };
    if (isLast) rest();
    else this.resting = setTimeout(rest, REST);
  }

  async judge({ text, problems }) {
    const asked = problems.length ? { findings: [] } : this.link.ask("lint", { text });
    const answer = await Promise.resolve(asked).catch(() => null);
    if (this.text === text && !this.flight) this.tell("rest", answer?.findings);
  }
}
