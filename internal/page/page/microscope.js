
// One weight under the microscope.
(async () => {
  const lens = document.getElementById("microscope");
  if (!lens) return;
  const array = await block;
  const [points, weights, slider] = ["select.point", "select.weight", "input"].map(s => lens.querySelector(s));
  const [lossFigure, errorFigure] = lens.querySelectorAll("figure"), readout = lens.querySelector(".readout");
  let point, symbolic, probe, errors;

  const lowest = Number(slider.min), perDecade = 6;
  const steps = Array.from({ length: 1 - lowest * perDecade }, (_, k) => 10 ** (lowest + k / perDecade));
  const look = () => {
    const e = point.elements[weights.value];
    symbolic = e.symbolic;
    probe = new Probe(new Net(point.shape, array(point.weights)), array(point.x), point.labels, e.name);
    errors = steps.map(h => Math.abs(probe.secant(h) - symbolic));
    draw();
  };
  // why says what makes the secant's error at h.
  const why = (h, error) => {
    if (error === 0) return "The secant has the slope of the tangent, to the last digit.";
    if (error <= 10 * point.noise / h) {
      return "Rounding makes the error: two nearly equal losses are subtracted, and little is left of their digits.";
    }
    const kinks = probe.switches(h);
    if (kinks) {
      return `Within ±h a ReLU goes on or off ${kinks === 1 ? "once" : kinks + " times"}: ` +
        "there the loss has kinks, and the secant mixes the slopes on both sides.";
    }
    const less = error / Math.abs(probe.secant(h / 2) - symbolic);
    return `The curvature of the loss makes the error: with half of h it is ${less.toPrecision(2)} times smaller.`;
  };
  const draw = () => {
    const h = 10 ** slider.value, w = probe.value, here = probe.loss(w), secant = probe.secant(h);
    const right = probe.loss(w + h) - here, left = probe.loss(w - h) - here;
    const curve = Array.from({ length: 121 }, (_, k) => w + (k - 60) / 60 * 2 * h).map(x => [x, probe.loss(x) - here]);
    const high = Math.max(...curve.map(p => p[1])), low = Math.min(...curve.map(p => p[1]));
    const room = (high - low || 1e-16) / 20, middle = (left + right) / 2;
    const line = (slope, y0) => [-2, 2].map(k => [w + k * h, y0 + slope * k * h]);
    plot(lossFigure, { left: w - 2 * h, right: w + 2 * h, bottom: low - room, top: high + room }, [
      { name: "loss", color: "--fg", points: curve },
      { name: "tangent, the symbolic gradient", color: "--c0", points: line(symbolic, 0) },
      {
        name: "secant through w ± h, the central difference", color: "--c1", dashed: true,
        points: line(secant, middle),
      },
    ], undefined, ["w − 2h", "w = " + show(w), "w + 2h", short(low - room), short(high + room)]);
    lossFigure.querySelector(".yname").textContent = `L − ${show(here)}`;

    const seen = errors.filter(v => v > 0 && Number.isFinite(v)).map(Math.log10);
    const top = Math.ceil(Math.max(...seen, -16)), bottom = Math.floor(Math.min(...seen, top - 1));
    plot(errorFigure, { left: lowest, right: 0, bottom, top }, [{
      name: "|secant − symbolic|", color: "--c2",
      points: steps.map((s, k) => [Math.log10(s), Math.log10(errors[k])]).filter(p => Number.isFinite(p[1])),
    }], Number(slider.value), ["1e" + lowest, "h", "1", "1e" + bottom, "1e" + top]);

    const cause = why(h, Math.abs(secant - symbolic));
    readout.textContent = `h = ${h.toExponential(1)}: symbolic ${show(symbolic)}, secant ${show(secant)}, ` +
      `difference ${short(secant - symbolic)}. ${cause}`;
    slider.setAttribute("aria-valuetext", "h = " + h.toExponential(1));
  };
  const list = (select, names) => select.replaceChildren(...names.map((n, i) => new Option(n, i)));
  const turn = () => {
    point = carried.points[points.value];
    list(weights, point.elements.map(e => e.name));
    look();
  };
  list(points, carried.points.map(p => p.title));
  points.addEventListener("change", turn);
  weights.addEventListener("change", look);
  slider.addEventListener("input", draw);
  looked.push((id, name, gradient) => {
    points.value = carried.points.findIndex(p => p.id === id);
    point = carried.points[points.value];
    let at = point.elements.findIndex(e => e.name === name);
    if (at < 0) at = point.elements.push({ name, symbolic: gradient }) - 1;
    list(weights, point.elements.map(e => e.name));
    weights.value = at;
    look();
    lens.scrollIntoView();
  });
  turn();
  lens.classList.add("ready");
})();
