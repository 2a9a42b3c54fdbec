
// A heat map tells the values under the pointer, and at the arrow keys, in all
// three pictures at once. A click puts the element under the microscope.
const looked = []; // told of each element that is clicked: the microscope's
for (const figure of document.querySelectorAll("[data-values]")) {
  const v = JSON.parse(figure.dataset.values), readout = figure.querySelector(".readout");
  const frames = [...figure.querySelectorAll(".frame")];
  const tiles = v.units ? v.units.length : 1, width = tiles * (v.cols + 1) - 1;
  const hair = () => Object.assign(document.createElement("span"), { className: "hair", hidden: true });
  const hairs = frames.map(f => f.appendChild(hair()));
  let x = 0, y = 0;

  // cell returns the place of a pixel in the arrays and the element it shows.
  const cell = () => {
    const tile = Math.floor(x / (v.cols + 1)), c = x - tile * (v.cols + 1);
    if (c === v.cols) return null; // between two tiles
    let index = [y, c];
    if (v.units) index = [y * v.cols + c, v.units[tile]];
    else if (v.turned) index = [c, y];
    const name = `${v.tensor}[${index.map(i => i * v.block).join(",")}]`;
    return { name, at: tile * v.rows * v.cols + y * v.cols + c };
  };
  const tell = async () => {
    const array = await block, here = cell();
    hairs.forEach(h => {
      h.hidden = !here;
      h.style.left = 100 * (x + .5) / width + "%";
      h.style.top = 100 * (y + .5) / v.rows + "%";
    });
    if (!here) return;
    const s = array(v.symbolic)[here.at], gap = array(v.gap)[here.at], ratio = array(v.ratio)[here.at];
    readout.textContent = `${v.block > 1 ? "near " : ""}${here.name}: symbolic ${show(s)}, ` +
      `numeric ${show(s - gap)}, difference ${short(gap)}, which is ${short(Math.abs(ratio))} of the bound`;
  };
  const choose = async () => {
    const here = cell();
    if (here && v.point) for (const f of looked) f(v.point, here.name, (await block)(v.symbolic)[here.at]);
  };
  for (const frame of frames) {
    if (v.point) frame.classList.add("clickable");
    const move = e => {
      const box = frame.getBoundingClientRect();
      x = Math.min(width - 1, Math.max(0, Math.floor((e.clientX - box.left) / box.width * width)));
      y = Math.min(v.rows - 1, Math.max(0, Math.floor((e.clientY - box.top) / box.height * v.rows)));
      tell();
    };
    frame.addEventListener("pointermove", move);
    frame.addEventListener("click", e => { move(e); choose(); });
    frame.addEventListener("keydown", e => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
      if (e.key === "Enter") choose();
      if (!by) return;
      e.preventDefault();
      x = Math.min(width - 1, Math.max(0, x + by[0]));
      y = Math.min(v.rows - 1, Math.max(0, y + by[1]));
      tell();
    });
  }
}
