/* The page of one figure: its record and its view stand in it. */
const parse = (id) => JSON.parse(document.querySelector(id).textContent);
const [figure, cursor, place, table] = ["#figure", "#cursor", "#place", "table"].map((each) =>
  document.querySelector(each));
const reader = new Reader({ figure, cursor, place, table });
const { numbers } = parse("#record");
if (numbers) reader.show(numbers, parse("#view"));
else reader.hide("The numbers are too many to be in this page, so none is read.");
