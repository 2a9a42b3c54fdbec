
// The network as the page carries it: its weights at some points, and batches.
const carried = JSON.parse((document.getElementById("carried") || { textContent: "null" }).textContent);

// unpack returns a function that gives the arrays of the carried block.
async function unpack() {
  const bytes = Uint8Array.from(atob(document.getElementById("block").textContent), c => c.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const block = await new Response(plain).arrayBuffer();
  return a => {
    if (a.type === "f64") return new Float64Array(block, a.at, a.len);
    if (a.type === "f32") return new Float32Array(block, a.at, a.len);
    // The upper half of a float32.
    return new Float32Array(Uint32Array.from(new Uint16Array(block, a.at, a.len), v => v << 16).buffer);
  };
}
const block = carried ? unpack() : null;

const activations = { relu: z => Math.max(0, z), sigmoid: z => 1 / (1 + Math.exp(-z)), tanh: Math.tanh };
const activate = z => z.map(activations[carried.activation]);

// softmax returns the probabilities of one row of logits.
function softmax(z) {
  const most = Math.max(...z), e = z.map(v => Math.exp(v - most));
  const sum = e.reduce((a, b) => a + b);
  return e.map(v => v / sum);
}

// Net is the network with one vector of weights: W1, b1, W2, b2, …
class Net {
  constructor(flat) {
    this.flat = flat;
    this.tensors = {};
    let at = 0;
    for (let l = 0; l + 1 < carried.layers.length; l++) {
      const rows = carried.layers[l], cols = carried.layers[l + 1];
      this.tensors["W" + (l + 1)] = { layer: l, at, cols };
      this.tensors["b" + (l + 1)] = { layer: l, at: at + rows * cols };
      at += (rows + 1) * cols;
    }
    this.affines = carried.layers.length - 1;
  }

  // place returns the layer, input and unit of an element such as W1[3,4]; a bias
  // has the input -1.
  place(name) {
    const [, tensor, index] = name.match(/^(\w+)\[([\d,]+)\]$/), i = index.split(",").map(Number), t = this.tensors[tensor];
    return t.cols ? { layer: t.layer, input: i[0], unit: i[1], flat: t.at + i[0] * t.cols + i[1] } : { layer: t.layer, input: -1, unit: i[0], flat: t.at + i[0] };
  }

  // affine returns a·W + b of layer l, row after row.
  affine(l, a) {
    const rows = carried.layers[l], cols = carried.layers[l + 1], w = this.tensors["W" + (l + 1)].at, b = this.tensors["b" + (l + 1)].at;
    const z = new Float64Array(a.length / rows * cols);
    for (let r = 0; r * rows < a.length; r++) {
      for (let c = 0; c < cols; c++) z[r * cols + c] = this.flat[b + c];
      for (let i = 0; i < rows; i++) {
        const v = a[r * rows + i];
        if (v !== 0) for (let c = 0; c < cols; c++) z[r * cols + c] += v * this.flat[w + i * cols + c];
      }
    }
    return z;
  }

  // rest goes on from the sums z of layer l and returns the sums of all layers
  // from there.
  rest(l, z) {
    const all = [z];
    for (let k = l + 1; k < this.affines; k++) all.push(this.affine(k, activate(all.at(-1))));
    return all;
  }

  sums(x) { return this.rest(0, this.affine(0, x)); }

  probabilities(x) { return softmax([...this.sums(x).at(-1)]); }
}

// lossOf returns the mean of -ln(y + δ) over the rows of the last layer's sums.
function lossOf(z, labels) {
  const classes = carried.layers.at(-1);
  let sum = 0;
  labels.forEach((label, r) => { sum -= Math.log(softmax([...z.subarray(r * classes, (r + 1) * classes)])[label] + carried.delta); });
  return sum / labels.length;
}

// Probe is a batch's loss as a function of one weight, the others kept.
class Probe {
  constructor(net, x, labels, name) {
    Object.assign(this, { net, labels }, net.place(name));
    this.value = net.flat[this.flat];
    const sums = net.sums(x);
    this.before = this.layer ? activate(sums[this.layer - 1]) : x;
    this.own = sums[this.layer];
  }

  // sums returns those from the weight's layer on with the weight at another value.
  sums(value) {
    const z = this.own.slice(), rows = this.labels.length, cols = z.length / rows, inputs = this.before.length / rows, by = value - this.value;
    for (let r = 0; r < rows; r++) z[r * cols + this.unit] += this.input < 0 ? by : by * this.before[r * inputs + this.input];
    return this.net.rest(this.layer, z);
  }

  loss(value) { return lossOf(this.sums(value).at(-1), this.labels); }

  secant(h) {
    const right = this.value + h, left = this.value - h;
    return (this.loss(right) - this.loss(left)) / (right - left);
  }

  // switches counts how often a ReLU is on at one end of ±h and off at the other.
  switches(h) {
    if (carried.activation !== "relu") return 0;
    const right = this.sums(this.value + h), left = this.sums(this.value - h);
    let n = 0;
    for (let k = 0; k + 1 < right.length; k++) right[k].forEach((z, i) => { if (z > 0 !== left[k][i] > 0) n++; });
    return n;
  }
}

// plot draws curves {name, color, dashed, points} over [left, right] × [bottom, top]
// into a figure, with a line at x = mark; ticks writes the labels.
function plot(figure, box, curves, mark, ticks) {
  const at = ([x, y]) => `${(1000 * (x - box.left) / (box.right - box.left)).toFixed(1)} ${Math.min(5000, Math.max(-5000, 1000 * (box.top - y) / (box.top - box.bottom))).toFixed(1)}`;
  const path = c => `<path class="curve ${c.dashed ? "dashed" : ""}" data-name="${c.name}" style="--c:var(${c.color})" d="${c.points.map((p, i) => (i ? "L" : "M") + at(p)).join("")}"/>`;
  const line = mark === undefined ? "" : `<path class="mark" d="M${at([mark, box.top])}L${at([mark, box.bottom])}"/>`;
  figure.querySelector("svg").innerHTML = line + curves.map(path).join("");
  figure.querySelector(".legend").innerHTML = curves.map(c => `<span style="--c:var(${c.color})"><svg class="key" viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true"><path class="curve ${c.dashed ? "dashed" : ""}" d="M100 500H900"/></svg>${c.name}</span>`).join("");
  const [left, middle, right, bottom, top] = ticks;
  figure.querySelector(".yticks").innerHTML = `<span style="bottom:100%">${top}</span><span style="bottom:0">${bottom}</span>`;
  figure.querySelector(".xticks").innerHTML = `<span class="start">${left}</span><span style="left:50%">${middle}</span><span class="end" style="left:100%">${right}</span>`;
}
