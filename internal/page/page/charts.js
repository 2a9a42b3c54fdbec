"use strict";
document.documentElement.classList.add("js");

// Values in a tooltip have six significant digits.
const show = v => v === null ? "–" : v !== 0 && Math.abs(v) < 1e-3 ? v.toExponential(3) : String(+v.toPrecision(6));

// A few digits are enough below a picture.
const brief = v => v === 0 ? "0" : Math.abs(v) < 1e-3 ? v.toExponential(1) : String(+v.toPrecision(2));

const short = v => v === 0 ? "0" : v.toExponential(1);

for (const chart of document.querySelectorAll(".chart:not([data-plain])")) {
  const data = JSON.parse(chart.querySelector("script[type='application/json']").textContent);
  const place = data.log ? Math.log : x => x;
  const min = place(data.min), width = place(data.max) - min;
  const at = data.x.map(x => (place(x) - min) / width);
  const xName = chart.querySelector(".xname").textContent;
  const paths = k => chart.querySelectorAll(`.plot .curve[data-series="${k}"]`);
  const hidden = new Set(data.series.flatMap((_, k) => paths(k)[0].classList.contains("off") ? [k] : []));
  let current = -1;

  // nearest returns the place of the x value closest to a share of the axis.
  const nearest = share => {
    let best = 0;
    at.forEach((a, i) => { if (Math.abs(a - share) < Math.abs(at[best] - share)) best = i; });
    return best;
  };
  const point = i => {
    current = i;
    for (const area of chart.querySelectorAll(".area")) {
      const tip = area.querySelector(".tip"), cross = area.querySelector(".cross");
      tip.hidden = i < 0;
      cross.setAttribute("x1", i < 0 ? -1 : 1000 * at[i]);
      cross.setAttribute("x2", i < 0 ? -1 : 1000 * at[i]);
      if (i < 0) continue;
      const head = document.createElement("b");
      head.textContent = xName + " " + show(data.x[i]);
      tip.replaceChildren(head);
      data.series.forEach((s, k) => {
        if (hidden.has(k) || s.y[i] === null) return;
        const line = document.createElement("span"), key = document.createElement("i");
        key.style.setProperty("--c", paths(k)[0].style.getPropertyValue("--c"));
        line.append(key, s.name + " " + show(s.y[i]));
        tip.append(line);
      });
      tip.style.left = at[i] < .5 ? `calc(${100 * at[i]}% + .6rem)` : "auto";
      tip.style.right = at[i] < .5 ? "auto" : `calc(${100 - 100 * at[i]}% + .6rem)`;
    }
  };
  for (const area of chart.querySelectorAll(".area")) {
    const move = e => {
      const box = area.getBoundingClientRect();
      point(nearest((e.clientX - box.left) / box.width));
    };
    area.addEventListener("pointermove", move);
    area.addEventListener("pointerdown", move);
    area.addEventListener("pointerleave", e => { if (e.pointerType === "mouse") point(-1); });
    area.addEventListener("blur", () => point(-1));
    area.addEventListener("keydown", e => {
      const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[e.key];
      if (e.key === "Escape") point(-1);
      if (!by) return;
      e.preventDefault();
      point(Math.min(data.x.length - 1, Math.max(0, current + by)));
    });
  }
  for (const box of chart.querySelectorAll(".legend input")) {
    box.addEventListener("change", () => {
      for (const i of box.dataset.series.split(" ").map(Number)) {
        if (box.checked) hidden.delete(i); else hidden.add(i);
        for (const path of paths(i)) path.classList.toggle("off", !box.checked);
      }
      point(current);
    });
  }
  for (const button of chart.querySelectorAll(".axes button")) {
    button.addEventListener("click", () => {
      for (const b of chart.querySelectorAll(".axes button")) b.setAttribute("aria-pressed", b === button);
      for (const p of chart.querySelectorAll(".plot")) p.hidden = p.dataset.axis !== button.dataset.axis;
    });
  }
}
