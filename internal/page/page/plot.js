
// plot draws curves {name, color, dashed, points} over [left, right] × [bottom, top]
// into a figure, with a line at x = mark; ticks writes the labels.
function plot(figure, box, curves, mark, ticks) {
  const side = (v, from, to) => 1000 * (v - from) / (to - from);
  const at = ([x, y]) => `${side(x, box.left, box.right).toFixed(1)} ` +
    Math.min(5000, Math.max(-5000, side(y, box.top, box.bottom))).toFixed(1);
  const path = c => `<path class="curve ${c.dashed ? "dashed" : ""}" data-name="${c.name}" ` +
    `style="--c:var(${c.color})" ` +
    `d="${c.points.map((p, i) => (i ? "L" : "M") + at(p)).join("")}"/>`;
  const line = mark === undefined ? "" : `<path class="mark" d="M${at([mark, box.top])}L${at([mark, box.bottom])}"/>`;
  figure.querySelector("svg").innerHTML = line + curves.map(path).join("");
  figure.querySelector(".legend").innerHTML = curves.map(c => `<span style="--c:var(${c.color})"><svg class="key" ` +
    `viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">` +
    `<path class="curve ${c.dashed ? "dashed" : ""}" d="M100 500H900"/></svg>${c.name}</span>`).join("");
  const [left, middle, right, bottom, top] = ticks;
  figure.querySelector(".yticks").innerHTML =
    `<span style="bottom:100%">${top}</span><span style="bottom:0">${bottom}</span>`;
  figure.querySelector(".xticks").innerHTML =
    `<span class="start">${left}</span><span style="left:50%">${middle}</span>` +
    `<span class="end" style="left:100%">${right}</span>`;
}

// histogram draws how lists of values are distributed, each {name, color, dashed,
// values}, as shares in per cent.
function histogram(figure, lists, xName) {
  const bins = 30, shown = lists.filter(l => l.values.length);
  let low = Infinity, high = -Infinity;
  for (const l of shown) for (const v of l.values) { low = Math.min(low, v); high = Math.max(high, v); }
  if (low === high) { low -= 1; high += 1; }
  const curves = shown.map(l => {
    const n = new Array(bins).fill(0);
    const bin = v => Math.min(bins - 1, Math.floor((v - low) / (high - low) * bins));
    for (const v of l.values) n[bin(v)] += 100 / l.values.length;
    return { ...l, points: n.map((v, i) => [low + (i + .5) / bins * (high - low), v]) };
  });
  const top = Math.max(...curves.flatMap(c => c.points.map(p => p[1])));
  plot(figure, { left: low, right: high, bottom: 0, top }, curves, low < 0 && high > 0 ? 0 : undefined,
    [brief(low), xName, brief(high), "0", top.toFixed(0) + " %"]);
}

// choose fills a select with names and calls turn with the place of the one that is
// chosen, now and at every change.
function choose(select, names, turn, first = 0) {
  select.replaceChildren(...names.map((n, i) => new Option(n, i)));
  select.value = first;
  select.closest("label").hidden = names.length < 2;
  select.addEventListener("change", () => turn(Number(select.value)));
  turn(first);
}
