// Search and sort the lines that are there.
const body = document.getElementById("features");
const rows = [...body.rows];
const [words, layer, order] = ["words", "layer", "order"].map((id) => document.getElementById(id));
const found = document.getElementById("found");

function show() {
  const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const { words: text, layer: number } = row.dataset;
    const name = text.split(" ", 1)[0];
    // A number such as 3-1 means that feature, not 3-10 to 3-19 as well.
    const fits = asked.every((one) => (/^\d+-\d+$/.test(one) ? name === one : text.includes(one)));
    row.hidden = !fits || (layer.value !== "" && layer.value !== number);
    count += !row.hidden;
  }
  found.textContent = `${count} ${count === 1 ? "feature" : "features"}`;
}

function sort() {
  const by = order.value;
  const sign = by === "place" ? 1 : -1;
  rows.sort((a, b) => sign * (a.dataset[by] - b.dataset[by]) || a.dataset.place - b.dataset.place);
  body.append(...rows);
}

words.addEventListener("input", show);
layer.addEventListener("change", show);
order.addEventListener("change", sort);
// The browser may bring back what was asked before.
sort();
show();
