"use strict";

/* The specs that there are to start from, and a filter over them. */
const GROUPS = { article: "Article", recipe: "Recipes", catalog: "Catalog" };

function showStarts(starts, begin) {
  const [filter, groups, none] = ["#filter", "#groups", "#none"].map((each) =>
    document.querySelector(each));
  const build = (start) => {
    const name = make("span", { class: "name" }, start.name);
    const summary = make("span", { class: "summary" }, start.summary);
    const button = make("button", { type: "button" }, name, summary);
    button.addEventListener("click", () => begin(start));
    return { item: make("li", {}, button), words: `${start.name} ${start.summary}`.toLowerCase() };
  };
  const built = Object.entries(GROUPS).map(([kind, title]) => {
    const items = starts.filter((each) => each.kind === kind).map(build);
    const list = make("ul", {}, ...items.map((each) => each.item));
    return { node: make("section", { "aria-label": title }, make("h3", {}, title), list), items };
  });
  groups.replaceChildren(...built.map((each) => each.node));
  filter.oninput = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { node, items } of built) {
      for (const { item, words: own } of items) {
        item.hidden = !words.every((word) => own.includes(word));
      }
      node.hidden = items.every(({ item }) => item.hidden);
    }
    const isEmpty = built.every(({ node }) => node.hidden);
    none.textContent = isEmpty ? "None of them has these words." : "";
  };
  filter.oninput();
}
