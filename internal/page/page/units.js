
// What the units have learned: the first layer's weights as images, and what goes
// into each hidden layer, before and after training.
(async () => {
  const place = document.getElementById("units");
  if (!place) return;
  const array = await block, t = carried.trained, weights = [t.start, t.symbolic].map(a => a && array(a)), nets = weights.map(w => w && new Net(w));
  const [height, width] = carried.image, units = Math.min(carried.layers[1], 100), across = 10;
  const pictures = place.querySelectorAll("canvas");
  const images = height * width === carried.layers[0];
  // The third one is what training has changed.
  [...weights, weights[0] && weights[0].map((w, i) => weights[1][i] - w)].forEach((shown, k) => {
    const figure = pictures[k].closest("figure");
    figure.hidden = !shown || !images;
    if (figure.hidden) return;
    let most = 0;
    for (let i = 0; i < height * width * carried.layers[1]; i++) most = Math.max(most, Math.abs(shown[i]));
    const canvas = pictures[k], g = canvas.getContext("2d");
    canvas.width = across * (width + 1) - 1;
    canvas.height = Math.ceil(units / across) * (height + 1) - 1;
    for (let u = 0; u < units; u++) {
      const image = g.createImageData(width, height);
      for (let i = 0; i < width * height; i++) {
        const v = shown[i * carried.layers[1] + u] / most, pale = 235 * (1 - Math.abs(v));
        image.data.set(v > 0 ? [235, pale, pale, 255] : [pale, pale, 235, 255], 4 * i);
      }
      g.putImageData(image, u % across * (width + 1), Math.floor(u / across) * (height + 1));
    }
  });

  // The sums of each hidden layer for a batch that the page carries.
  const point = carried.points.at(-1), layers = place.querySelector(".charts.layers");
  if (!point) return;
  const sums = nets.map(n => n && n.sums(array(point.x))), rows = point.labels.length;
  for (let l = 0; l + 2 < carried.layers.length; l++) {
    const figure = place.querySelector("template").content.firstElementChild.cloneNode(true), cols = carried.layers[l + 1];
    const both = sums.map(s => s ? [...s[l]] : []), all = both.flat(), low = Math.min(...all), high = Math.max(...all), bins = 30;
    const shares = both.map(z => {
      const n = new Array(bins).fill(0);
      for (const v of z) n[Math.min(bins - 1, Math.floor((v - low) / (high - low) * bins))] += 100 / z.length;
      return n;
    });
    const top = Math.max(...shares.flat());
    plot(figure, { left: low, right: high, bottom: 0, top }, shares.map((n, k) => ({
      name: ["before training", "after"][k], color: ["--soft", "--c0"][k], dashed: !k,
      points: n.map((v, i) => [low + (i + .5) / bins * (high - low), v]),
    })).filter((_, k) => both[k].length), low < 0 && high > 0 ? 0 : undefined, [show(low), "sum", show(high), "0", top.toFixed(0) + " %"]);
    figure.querySelector("h3").textContent = `Sums of hidden layer ${l + 1}`;
    let note = `${cols} units, ${rows} digits.`;
    if (carried.activation === "relu") {
      const dead = both.map(z => Array.from({ length: cols }, (_, u) => u).filter(u => z.length && !z.some((v, i) => i % cols === u && v > 0)).length);
      note += ` ${sums[0] ? `${dead[0]} units before training and ` : ""}${dead[1]} after it are dead here: 0 for every one of these digits, so they pass nothing on and learn nothing from them.`;
    }
    figure.querySelector(".caption").textContent = note;
    layers.append(figure);
  }
  place.classList.add("ready");
})();
