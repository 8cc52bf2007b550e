
"use strict";

const form = document.querySelector("#filters");
const buttons = [...form.querySelectorAll("button")];
const search = form.querySelector("input");
const items = [...document.querySelectorAll("main [data-outcome]")];
const matches = document.querySelector("details.matches");

function filter() {
  const outcome = buttons.find((button) => button.ariaPressed === "true").value;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of items) {
    const text = item.dataset.text.toLowerCase();
    const wanted = !outcome || item.dataset.outcome === outcome;
    item.hidden = !wanted || !words.every((word) => text.includes(word));
  }
  if (matches) {
    matches.hidden = !matches.querySelector("li:not([hidden])");
    matches.open = outcome === "match" || words.length > 0;
  }
  const shown = items.filter((item) => !item.hidden).length;
  form.querySelector("[role=status]").textContent = `${shown} of ${items.length} shown`;
}

function press(pressed) {
  for (const button of buttons) button.ariaPressed = String(button === pressed);
  filter();
}

for (const button of buttons) button.addEventListener("click", () => press(button));
search.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
press(buttons[0]);

/* A picture in its own size: the arrow keys show the figure's others in the same place. */
const viewer = document.createElement("dialog");
viewer.setAttribute("aria-label", "picture");
viewer.innerHTML = `<img alt=""><div><p></p><button type="button" value="-1">Previous</button>
<button type="button" value="1">Next</button><button type="button" value="0">Close</button></div>`;
let pictures = [];
let place = 0;

function show(next) {
  place = (next + pictures.length) % pictures.length;
  const large = viewer.querySelector("img");
  large.src = pictures[place].src;
  large.alt = pictures[place].alt;
  viewer.querySelector("p").textContent = large.alt;
}

viewer.addEventListener("click", (event) => {
  const step = event.target === viewer ? 0 : Number(event.target.value ?? NaN);
  if (step === 0) viewer.close();
  else if (step) show(place + step);
});
viewer.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) show(place + step);
});
document.body.append(viewer);

for (const image of document.querySelectorAll("figure img")) {
  const button = document.createElement("button");
  button.type = "button";
  button.title = "enlarge";
  image.replaceWith(button);
  button.append(image);
  button.addEventListener("click", () => {
    pictures = [...image.closest("article").querySelectorAll("figure img")];
    for (const turn of viewer.querySelectorAll("[value='-1'], [value='1']")) {
      turn.hidden = pictures.length === 1;
    }
    show(pictures.indexOf(image));
    viewer.showModal();
  });
}
