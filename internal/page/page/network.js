
// The networks as the page carries them: their weights at some points, and batches.
const carried = JSON.parse((document.getElementById("carried") || { textContent: "null" }).textContent);

// unpack returns a function that gives the arrays of the carried block. There an
// array's first bytes stand together, then its second ones, and so on; where it has a
// base, its bits are those that differ from the base's.
async function unpack() {
  const text = Uint8Array.from(atob(document.getElementById("block").textContent), c => c.charCodeAt(0));
  const plain = new Blob([text]).stream().pipeThrough(new DecompressionStream("gzip"));
  const block = new Uint8Array(await new Response(plain).arrayBuffer()), known = new Map();
  const kinds = { f64: Float64Array, f32: Float32Array, b16: Uint16Array };
  const array = a => {
    if (known.has(a.at)) return known.get(a.at);
    const Kind = kinds[a.type], size = Kind.BYTES_PER_ELEMENT, bytes = new Uint8Array(a.len * size);
    for (let k = 0; k < size; k++) for (let i = 0; i < a.len; i++) bytes[i * size + k] = block[a.at + k * a.len + i];
    if (a.base) new Uint8Array(Kind.from(array(a.base)).buffer).forEach((v, i) => { bytes[i] ^= v; });
    let values = new Kind(bytes.buffer);
    // The upper half of a float32.
    if (a.type === "b16") values = new Float32Array(Uint32Array.from(values, v => v << 16).buffer);
    known.set(a.at, values);
    return values;
  };
  return array;
}
const block = carried ? unpack() : null;

const activations = { relu: z => Math.max(0, z), sigmoid: z => 1 / (1 + Math.exp(-z)), tanh: Math.tanh };

// softmax returns the probabilities of one row of logits.
function softmax(z) {
  const most = Math.max(...z), e = z.map(v => Math.exp(v - most));
  const sum = e.reduce((a, b) => a + b);
  return e.map(v => v / sum);
}

// Net is a network of some shape with one vector of weights: W1, b1, W2, b2, …
class Net {
  constructor(shape, flat) {
    Object.assign(this, { flat, tensors: {}, layers: shape.layers, delta: shape.delta, activation: shape.activation });
    let at = 0;
    for (let l = 0; l + 1 < this.layers.length; l++) {
      const rows = this.layers[l], cols = this.layers[l + 1];
      this.tensors["W" + (l + 1)] = { layer: l, at, cols };
      this.tensors["b" + (l + 1)] = { layer: l, at: at + rows * cols };
      at += (rows + 1) * cols;
    }
    this.affines = this.layers.length - 1;
  }

  // place returns the layer, input and unit of an element such as W1[3,4]; a bias
  // has the input -1.
  place(name) {
    const [, tensor, index] = name.match(/^(\w+)\[([\d,]+)\]$/);
    const i = index.split(",").map(Number), t = this.tensors[tensor];
    if (!t.cols) return { layer: t.layer, input: -1, unit: i[0], flat: t.at + i[0] };
    return { layer: t.layer, input: i[0], unit: i[1], flat: t.at + i[0] * t.cols + i[1] };
  }

  // matrix returns the weights of layer l, inputs×units.
  matrix(l) {
    const { at } = this.tensors["W" + (l + 1)];
    return this.flat.subarray(at, at + this.layers[l] * this.layers[l + 1]);
  }

  // affine returns a·W + b of layer l, row after row.
  affine(l, a) {
    const rows = this.layers[l], cols = this.layers[l + 1];
    const w = this.tensors["W" + (l + 1)].at, b = this.tensors["b" + (l + 1)].at;
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

  activate(z) { return z.map(activations[this.activation]); }

  // rest goes on from the sums z of layer l and returns the sums of all layers
  // from there.
  rest(l, z) {
    const all = [z];
    for (let k = l + 1; k < this.affines; k++) all.push(this.affine(k, this.activate(all.at(-1))));
    return all;
  }

  sums(x) { return this.rest(0, this.affine(0, x)); }

  probabilities(x) { return softmax([...this.sums(x).at(-1)]); }

  // lossOf returns the mean of -ln(y + δ) over the rows of the last layer's sums.
  lossOf(z, labels) {
    const classes = this.layers.at(-1);
    let sum = 0;
    labels.forEach((label, r) => {
      sum -= Math.log(softmax([...z.subarray(r * classes, (r + 1) * classes)])[label] + this.delta);
    });
    return sum / labels.length;
  }
}

// Probe is a batch's loss as a function of one weight, the others kept.
class Probe {
  constructor(net, x, labels, name) {
    Object.assign(this, { net, labels }, net.place(name));
    this.value = net.flat[this.flat];
    const sums = net.sums(x);
    this.before = this.layer ? net.activate(sums[this.layer - 1]) : x;
    this.own = sums[this.layer];
  }

  // sums returns those from the weight's layer on with the weight at another value.
  sums(value) {
    const z = this.own.slice(), rows = this.labels.length, cols = z.length / rows, inputs = this.before.length / rows;
    const by = value - this.value;
    for (let r = 0; r < rows; r++) {
      z[r * cols + this.unit] += this.input < 0 ? by : by * this.before[r * inputs + this.input];
    }
    return this.net.rest(this.layer, z);
  }

  loss(value) { return this.net.lossOf(this.sums(value).at(-1), this.labels); }

  secant(h) {
    const right = this.value + h, left = this.value - h;
    return (this.loss(right) - this.loss(left)) / (right - left);
  }

  // switches counts how often a ReLU is on at one end of ±h and off at the other.
  switches(h) {
    if (this.net.activation !== "relu") return 0;
    const right = this.sums(this.value + h), left = this.sums(this.value - h);
    let n = 0;
    for (let k = 0; k + 1 < right.length; k++) right[k].forEach((z, i) => { if (z > 0 !== left[k][i] > 0) n++; });
    return n;
  }
}
