
// Draw a digit: the trained networks of all runs answer as it is drawn.
(async () => {
  const place = document.getElementById("digit");
  if (!place) return;
  const array = await block, [height, width] = carried.image;
  const runs = carried.trained.map(t => ({ ...t, nets: [t.symbolic, t.numeric].map(a => new Net(t.shape, array(a))) }))
    .filter(t => t.shape.layers[0] === height * width);
  if (!runs.length) return;
  const [pad, seen, answer] = ["canvas.pad", "canvas.seen", ".readout"].map(s => place.querySelector(s));
  const [ink, small] = [pad, seen].map(c => c.getContext("2d", { willReadFrequently: true }));
  seen.width = width;
  seen.height = height;
  const rows = [...place.querySelectorAll("tbody tr")], percent = p => (100 * p).toFixed(1) + " %";
  const most = p => p.indexOf(Math.max(...p));
  let run, x; // whose probabilities are shown, and of which image; null for none

  const say = () => {
    const y = x ? run.nets.map(n => n.probabilities(x)) : [[], []];
    rows.forEach((row, c) => y.forEach((p, k) => {
      const bar = row.children[k + 1];
      bar.style.setProperty("--share", 100 * (p[c] || 0) + "%");
      bar.textContent = c in p ? percent(p[c]) : "–";
    }));
    const says = t => {
      const [a, b] = t.nets.map(n => most(n.probabilities(x)));
      const both = a === b ? `both say ${a}` : `${t.names[0]} says ${a}, ${t.names[1]} ${b}`;
      return runs.length > 1 ? `${t.title}: ${both}.` : both[0].toUpperCase() + both.slice(1) + ".";
    };
    answer.textContent = x ? runs.map(says).join(" ") : "Draw a digit.";
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
    const to = [width / 2 - scale * mx / sum, height / 2 - scale * my / sum];
    small.drawImage(pad, ...to, scale * pad.width, scale * pad.height);
    const d = small.getImageData(0, 0, width, height).data;
    x = Float64Array.from({ length: width * height }, (_, i) => d[4 * i + 3] / 255);
    say();
  };
  const clear = () => {
    ink.clearRect(0, 0, pad.width, pad.height);
    small.clearRect(0, 0, width, height);
    x = null;
    say();
  };
  let last = null;
  const draw = e => {
    const box = pad.getBoundingClientRect();
    const to = [(e.clientX - box.left) / box.width * pad.width, (e.clientY - box.top) / box.height * pad.height];
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

  // The misclassified test rows of the run, each a button that shows it to the networks.
  const mistakes = place.querySelector(".mistakes");
  const wrong = m => {
    const pixels = Uint8Array.from(atob(m.pixels), c => c.charCodeAt(0));
    const input = Float64Array.from(pixels, p => p / 255);
    const image = new ImageData(width, height);
    pixels.forEach((p, i) => { image.data.set([136, 136, 136, p], 4 * i); });
    const button = document.createElement("button"), picture = document.createElement("canvas");
    picture.width = width;
    picture.height = height;
    picture.getContext("2d").putImageData(image, 0, 0);
    const words = run.nets.map(n => {
      const p = n.probabilities(input), best = most(p);
      return `${best} (${(100 * p[best]).toFixed(0)}\u00a0%)`;
    });
    button.type = "button";
    button.append(picture, `a ${m.label}, taken for ${words[0] === words[1] ? words[0] : words.join(" and ")}`);
    button.addEventListener("click", () => { clear(); small.putImageData(image, 0, 0); x = input; say(); });
    return button;
  };
  const turn = k => {
    run = runs[k];
    run.names.forEach((n, i) => { place.querySelectorAll("thead th")[i + 1].textContent = n; });
    const list = (run.mistakes || []).map(wrong);
    mistakes.replaceChildren(...list);
    mistakes.parentElement.hidden = !list.length;
    say();
  };
  choose(place.querySelector("select"), runs.map(t => t.title), turn, runs.length - 1);
  place.classList.add("ready");
})();
