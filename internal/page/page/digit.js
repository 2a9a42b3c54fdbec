
// Draw a digit: both trained networks answer as it is drawn.
(async () => {
  const place = document.getElementById("digit");
  if (!place || carried.image[0] * carried.image[1] !== carried.layers[0]) return;
  const array = await block, t = carried.trained;
  const nets = [new Net(array(t.symbolic)), new Net(array(t.numeric))];
  const [height, width] = carried.image;
  const pad = place.querySelector("canvas.pad"), seen = place.querySelector("canvas.seen"), answer = place.querySelector(".readout");
  const ink = pad.getContext("2d", { willReadFrequently: true }), small = seen.getContext("2d", { willReadFrequently: true });
  seen.width = width;
  seen.height = height;
  const rows = [...place.querySelectorAll("tbody tr")];

  const say = x => {
    const y = nets.map(n => n.probabilities(x)), best = y.map(p => p.indexOf(Math.max(...p)));
    rows.forEach((row, c) => y.forEach((p, k) => {
      const bar = row.children[k + 1];
      bar.style.setProperty("--share", 100 * p[c] + "%");
      bar.textContent = (100 * p[c]).toFixed(1) + " %";
    }));
    answer.textContent = best[0] === best[1] ? `Both say ${best[0]}.` : `${t.names[0]} says ${best[0]}, ${t.names[1]} ${best[1]}.`;
  };
  // look makes of the drawing what MNIST made of its digits: scaled into 5/7 of the
  // image, with the middle of its ink in the middle.
  const look = () => {
    const data = ink.getImageData(0, 0, pad.width, pad.height).data;
    let left = pad.width, right = -1, top = pad.height, bottom = -1, sum = 0, mx = 0, my = 0;
    for (let i = 3; i < data.length; i += 4) {
      if (!data[i]) continue;
      const x = (i >> 2) % pad.width, y = Math.floor((i >> 2) / pad.width);
      left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y);
      sum += data[i]; mx += data[i] * x; my += data[i] * y;
    }
    if (!sum) return;
    const scale = 5 / 7 * Math.min(width, height) / Math.max(right - left + 1, bottom - top + 1);
    small.clearRect(0, 0, width, height);
    small.imageSmoothingQuality = "high";
    small.drawImage(pad, width / 2 - scale * mx / sum, height / 2 - scale * my / sum, scale * pad.width, scale * pad.height);
    const d = small.getImageData(0, 0, width, height).data;
    say(Float64Array.from({ length: width * height }, (_, i) => d[4 * i + 3] / 255));
  };
  const clear = () => {
    ink.clearRect(0, 0, pad.width, pad.height);
    small.clearRect(0, 0, width, height);
    for (const row of rows) for (const bar of [...row.children].slice(1)) { bar.textContent = "–"; bar.style.setProperty("--share", "0%"); }
    answer.textContent = "Draw a digit.";
  };
  let last = null;
  const draw = e => {
    const box = pad.getBoundingClientRect(), to = [(e.clientX - box.left) / box.width * pad.width, (e.clientY - box.top) / box.height * pad.height];
    ink.lineWidth = pad.width / 13;
    ink.lineCap = ink.lineJoin = "round";
    ink.strokeStyle = "#888888";
    ink.beginPath();
    ink.moveTo(...(last || to));
    ink.lineTo(...to);
    ink.stroke();
    last = to;
    look();
  };
  pad.addEventListener("pointerdown", e => { pad.setPointerCapture(e.pointerId); last = null; draw(e); });
  pad.addEventListener("pointermove", e => { if (e.buttons) draw(e); });
  pad.addEventListener("pointerup", () => { last = null; });
  place.querySelector("button").addEventListener("click", clear);

  // The misclassified test rows, each a button that shows it to the networks.
  const mistakes = place.querySelector(".mistakes");
  for (const m of t.mistakes || []) {
    const pixels = Uint8Array.from(atob(m.pixels), c => c.charCodeAt(0)), x = Float64Array.from(pixels, p => p / 255);
    const image = new ImageData(width, height);
    pixels.forEach((p, i) => { image.data.set([136, 136, 136, p], 4 * i); });
    const button = document.createElement("button"), picture = document.createElement("canvas");
    picture.width = width;
    picture.height = height;
    picture.getContext("2d").putImageData(image, 0, 0);
    const words = nets.map(n => {
      const p = n.probabilities(x), best = p.indexOf(Math.max(...p));
      return `${best} (${(100 * p[best]).toFixed(0)} %)`;
    });
    button.type = "button";
    button.append(picture, `a ${m.label}, taken for ${words[0] === words[1] ? words[0] : words.join(" and ")}`);
    button.addEventListener("click", () => { clear(); small.putImageData(image, 0, 0); say(x); });
    mistakes.append(button);
  }
  mistakes.parentElement.hidden = !mistakes.children.length;
  clear();
  place.classList.add("ready");
})();
