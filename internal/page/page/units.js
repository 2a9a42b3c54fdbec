
// What the units have learned: the first layer's weights as images, all weights of
// each layer, and what goes into each hidden layer, before and after training.
(async () => {
  const place = document.getElementById("units");
  if (!place) return;
  const pictures = place.querySelectorAll("canvas"), layers = place.querySelector(".charts.layers");
  const array = await block;
  const [height, width] = carried.image, across = 10;

  // paint shows the weights of a layer as an image for each unit.
  const paint = (canvas, matrix, units) => {
    const g = canvas.getContext("2d"), shown = Math.min(units, 100);
    let most = 0;
    for (const v of matrix) most = Math.max(most, Math.abs(v));
    canvas.width = across * (width + 1) - 1;
    canvas.height = Math.ceil(shown / across) * (height + 1) - 1;
    for (let u = 0; u < shown; u++) {
      const image = g.createImageData(width, height);
      for (let i = 0; i < width * height; i++) {
        const v = matrix[i * units + u] / (most || 1), pale = 235 * (1 - Math.abs(v));
        image.data.set(v > 0 ? [235, pale, pale, 255] : [pale, pale, 235, 255], 4 * i);
      }
      g.putImageData(image, u % across * (width + 1), Math.floor(u / across) * (height + 1));
    }
  };
  const figure = (title, yName) => {
    const f = place.querySelector("template").content.firstElementChild.cloneNode(true);
    f.querySelector("h3").textContent = title;
    f.querySelector(".yname").textContent = yName;
    layers.append(f);
    return f;
  };
  const twins = values => values.map((v, k) => ({
    name: ["before training", "after"][k], color: ["--soft", "--c0"][k], dashed: !k, values: v,
  }));

  const turn = k => {
    const t = carried.trained[k], nets = [t.start, t.symbolic].map(a => a && new Net(t.shape, array(a)));
    const [before, after] = nets;
    const units = t.shape.layers[1], images = height * width === t.shape.layers[0];
    // The third one is what training has changed.
    const first = [before && before.matrix(0), after.matrix(0)];
    [...first, first[0] && first[0].map((w, i) => first[1][i] - w)].forEach((matrix, i) => {
      pictures[i].closest("figure").hidden = !matrix || !images;
      if (matrix && images) paint(pictures[i], matrix, units);
    });
    layers.replaceChildren();
    const point = carried.points.find(p => p.id === t.point);
    const sums = nets.map(n => n && point && n.sums(array(point.x)));
    for (let l = 0; l + 1 < t.shape.layers.length; l++) {
      const f = figure(`Weights W${l + 1}`, "share of the weights");
      histogram(f, twins(nets.map(n => n ? n.matrix(l) : [])), "weight");
      f.querySelector(".caption").textContent = `${t.shape.layers[l]}×${t.shape.layers[l + 1]} weights.`;
    }
    for (let l = 0; l + 2 < t.shape.layers.length; l++) {
      let note = "";
      if (t.dead) {
        const before = t.dead.before ? `${t.dead.before[l]} before training, ` : "";
        note = ` Dead, 0 for each of the ${t.dead.rows.toLocaleString("en")} test digits: ` +
          `${before}${t.dead.after[l]} after.`;
      }
      if (!point && !note) continue;
      const f = figure(`Sums of hidden layer ${l + 1}`, "share of the sums");
      if (point) histogram(f, twins(sums.map(s => s ? s[l] : [])), "sum");
      else f.querySelectorAll(".yname, .plot, .legend").forEach(e => e.remove());
      f.querySelector(".caption").textContent = `${t.shape.layers[l + 1]} units` +
        (point ? `, the ${point.labels.length} digits of the batch.` : ".") + note;
    }
  };
  choose(place.querySelector("select"), carried.trained.map(t => t.title), turn, carried.trained.length - 1);
  place.classList.add("ready");
})();
