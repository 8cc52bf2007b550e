"use strict";

/* The way to the server. All addresses are beside the page's own, which holds the token: a server
   that is started again has another, which the tab that opened it leaves in the storage. */
const RETRY = 1000;
const KEPT = "lrviz.path";

class Refusal extends Error {
  constructor(status, answer) {
    const lines = answer.problems?.map((each) => each.line).join("\n");
    super(answer.error ?? lines ?? `status ${status}`);
    Object.assign(this, { status, answer });
  }
}

const pause = (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds));
const tab = crypto.randomUUID?.() ?? String(Math.random());

class Link extends EventTarget {
  /* Events: `lost`, `found` with the server's state, and `file` with what is on disk now. */
  constructor() {
    super();
    this.isLost = false;
    this.source = null;
    localStorage.setItem(KEPT, location.pathname);
    document.addEventListener("visibilitychange", () => this.listen());
    addEventListener("storage", ({ key }) => key === KEPT && this.isLost && this.adopt());
  }

  /* The answer's JSON, or, where `kind` is "response", the response itself. */
  async ask(name, body, { signal, kind = "json" } = {}) {
    const request = body && {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ tab, ...body }),
    };
    let response;
    try {
      response = await fetch(name, { ...request, signal, cache: "no-store" });
      if (response.ok) return kind === "json" ? await response.json() : response;
    } catch (error) {
      if (!signal?.aborted) this.lose();
      throw error;
    }
    if (response.status === 404) this.lose(); // another server has taken the port
    throw new Refusal(response.status, await response.json().catch(() => ({})));
  }

  /* One stream a tab that is seen: a browser has six connections a host. What was missed until it
     was open is asked for. */
  listen() {
    this.source?.close();
    this.source = null;
    if (document.hidden || this.isLost) return;
    const source = (this.source = new EventSource("events"));
    const tell = (data) => this.dispatchEvent(new CustomEvent("file", { detail: data }));
    source.addEventListener("file", (event) => tell(JSON.parse(event.data)));
    source.addEventListener("open", () => this.ask("state").then(tell, () => {}));
    source.addEventListener("error", async () => {
      await this.ask("state").then(tell, () => {});
      if (this.source === source && source.readyState === EventSource.CLOSED) {
        await pause(RETRY);
        if (this.source === source) this.listen();
      }
    });
  }

  async lose() {
    if (this.isLost) return;
    this.isLost = true;
    this.listen();
    this.dispatchEvent(new Event("lost"));
    while (this.isLost) {
      await pause(RETRY);
      await this.adopt();
    }
  }

  /* Tries the address that was opened last. */
  async adopt() {
    const path = localStorage.getItem(KEPT);
    if (path && path !== location.pathname) history.replaceState(null, "", path);
    const state = await fetch("state", { cache: "no-store" })
      .then((response) => (response.ok ? response.json() : null), () => null);
    if (!state || !this.isLost) return;
    this.isLost = false;
    this.dispatchEvent(new CustomEvent("found", { detail: state }));
    this.listen();
  }
}
