"use strict";
/* Draws runs. With window.mocov3Report the data is in the page; without, it is asked for again and again. */
(function () {
  /* The daemon builds what it answers once a second at most. */
  const INTERVAL_MS = 2000;
  const LIVE = "queue";
  const ROW = 18, AXIS = 20, NAMES = 112;
  const charts = new Map();
  const cards = new Map();
  let runs = [];
  let stale = false;

  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const color = i => css("--c" + (i % 8));
  const digits = value => value === null || value === undefined || Number.isNaN(value) ? "–"
    : value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5) ? value.toExponential(1)
    : String(+value.toPrecision(4));
  const element = (tag, parent, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  };
  const label = run => run.name.replace(/\/+$/, "").split("/").pop();
  const several = () => runs.length > 1;

  /* Cards of one width follow each other in a group, which fills its rows whatever their number. */
  function card(key, title, width) {
    if (!cards.has(key)) {
      const grid = document.getElementById("grid");
      const group = "group " + (width || "half");
      const last = grid.lastElementChild;
      const box = element("section", last && last.className === group ? last : element("div", grid, group), "card");
      element("h2", box, "", title);
      cards.set(key, { box, body: element("div", box) });
    }
    return cards.get(key).body;
  }

  /* Bins of a series as [steps, values]. */
  function table(series, part) {
    const values = series[part || "mean"];
    return [values.map((v, i) => i * series.stride + 1 + (series.stride - 1) / 2), values];
  }

  /* lines: [{name, color, data: [x, y], dash, faint}] */
  function chart(key, title, width, lines, options) {
    const shown = lines.filter(line => line.data[0].length > 0);
    if (window.mocov3Report && shown.length === 0 && !options.empty) return; // there is nothing to wait for
    const body = card(key, title, width);
    if (shown.length === 0) {
      if (!charts.has(key)) body.replaceChildren(element("div", null, "empty", options.empty || "nothing yet"));
      return;
    }
    const tables = shown.map(line => line.data);
    const data = tables.length === 1 ? tables[0] : uPlot.join(tables);
    const shape = shown.map(line => line.name).join("|") + document.documentElement.className;
    let known = charts.get(key);
    if (!known || known.shape !== shape) {
      body.replaceChildren();
      const plot = new uPlot({
        width: Math.max(120, body.clientWidth), height: options.height || 220,
        legend: { show: false }, cursor: { y: false, drag: { x: true, y: false } },
        scales: { x: { time: false }, y: { distr: options.log ? 3 : 1 } },
        series: [{}].concat(shown.map(line => ({
          label: line.name, stroke: line.color, width: line.faint ? 1 : 1.6, dash: line.dash,
          spanGaps: true, points: { show: tables.length > 0 && line.data[0].length < 40, size: 4 }
        }))),
        bands: options.band ? [{ series: [3, 2], fill: color(0) + "33" }] : [],
        axes: [axis(), Object.assign(axis(), { size: 66, space: 26, values: (u, ticks) => ticks.map(digits) })],
        hooks: { setCursor: [u => legend(u, known)], draw: [u => marks(u, options.marks)] }
      }, data, body);
      known = { plot, shape, body, names: element("ul", body, "legend"), lines: shown };
      charts.set(key, known);
    } else {
      known.lines = shown;
      known.plot.setData(data, true);
    }
    legend(known.plot, known);
  }

  function axis() {
    return { stroke: css("--faint"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line") } };
  }

  function legend(plot, known) {
    if (!known || !known.names) return;
    const at = plot.cursor.idx;
    known.names.replaceChildren();
    known.lines.forEach((line, i) => {
      if (line.faint) return;
      const item = element("li", known.names);
      element("i", item).style.background = line.color;
      item.append(line.name + " ");
      const values = plot.data[i + 1];
      let shown = at;
      if (shown === null || shown === undefined) shown = values.length - 1;
      while (shown > 0 && (values[shown] === null || values[shown] === undefined)) shown--;
      element("b", item, "", digits(values[shown]));
    });
    const where = element("li", known.names);
    if (at !== null && at !== undefined) where.textContent = "step " + Math.round(plot.data[0][at]);
  }

  /* Vertical lines where something happened. */
  function marks(plot, events) {
    if (!events) return;
    const { ctx, bbox } = plot;
    ctx.save();
    for (const event of events()) {
      const x = plot.valToPos(event.step, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = event.color;
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([4, 3]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  function eventMarks() {
    const found = [];
    for (const run of runs) {
      for (const event of run.events) {
        if (event.type === "dip") found.push({ step: event.onset, color: css("--bad") });
        if (event.type === "rolled_back") found.push({ step: event.to, color: css("--c3") });
        if (event.type === "spike_began") found.push({ step: event.onset, color: css("--c1") });
      }
    }
    return found;
  }

  function overRuns(part) {
    return runs.map((run, i) => ({ name: several() ? label(run) : part.replaceAll("_", " "), color: color(i), data: table(run[part]) }));
  }

  /* Without a key encoder it is 0 at every step. */
  function momentumChart() {
    const none = runs.every(run => run.momentum.mean.length > 0 && run.momentum.mean.every(value => value === 0));
    if (none && window.mocov3Report) return;
    chart("momentum", "Momentum (key encoder)", "third", none ? [] : overRuns("momentum"),
      { height: 150, empty: none ? "no key encoder" : "" });
  }

  function lossChart() {
    if (several()) {
      chart("loss", "Loss", "", overRuns("loss"), { marks: eventMarks });
      return;
    }
    const loss = runs[0].loss;
    chart("loss", "Loss", "", [
      { name: "mean of a bin", color: color(0), data: table(loss) },
      { name: "smallest", color: color(0), data: table(loss, "min"), faint: true },
      { name: "largest", color: color(0), data: table(loss, "max"), faint: true }
    ], { band: true, marks: eventMarks });
  }

  function knnChart() {
    const lines = [];
    runs.forEach((run, r) => run.knn.forEach((curve, c) => {
      lines.push({
        k: curve.k, live: curve.source === LIVE,
        name: (several() ? label(run) + ": " : "") + curve.probe + ", " + probe(curve),
        color: several() ? color(r) : color(c), dash: curve.source === LIVE ? (several() ? [6, 3] : undefined) : [2, 3],
        data: [curve.steps, curve.accuracy.map(a => 100 * a)]
      });
    }));
    const before = lines.length;
    runs.forEach((run, r) => (run.linear || []).forEach((curve, c) => {
      lines.push({
        linear: true,
        name: (several() ? label(run) + ": " : "") + curve.probe + ", linear probe",
        color: several() ? color(r) : color(before + c), dash: [8, 3],
        data: [curve.steps, curve.accuracy.map(a => 100 * a)]
      });
    }));
    const title = lines.length > before ? "Accuracy of kNN and linear probes, %" : "kNN accuracy, %";
    chart("knn", title, "", several() ? lines.filter(comparable) : lines, { marks: eventMarks, empty: "no probe yet" });
  }

  function probe(curve) {
    return (curve.source === LIVE ? "live" : "full") + " probe, k=" + curve.k + ", T=" + curve.temperature;
  }

  /* Of several runs, the curves of the largest k alone: that of the full probe, and that of the live one. */
  function comparable(line, i, lines) {
    return line.linear || line.k === Math.max(...lines.filter(other => !other.linear && other.live === line.live).map(other => other.k));
  }

  function healthCharts() {
    for (const [name, title] of Object.entries(runs[0].health.titles)) {
      const lines = runs.filter(run => run.health.signals[name]).map((run, i) =>
        ({ name: several() ? label(run) : title, color: color(several() ? i : 6), data: [run.health.steps, run.health.signals[name]] }));
      chart("health-" + name, title[0].toUpperCase() + title.slice(1), "quarter", lines, { height: 150 });
    }
  }

  function median(values) {
    const sorted = values.filter(v => v !== null && v > 0).sort((a, b) => a - b);
    return sorted.length ? sorted[sorted.length >> 1] : 1;
  }

  /* The median of the bins around, so that a warm-up is no spike. */
  const AROUND = 25;
  function localMedians(norms) {
    return norms.map((norm, i) => median(norms.slice(Math.max(0, i - AROUND), i + AROUND + 1)));
  }

  /* ratio to the layer's own median: 1 is the ground, 100 is the hottest. */
  function heat(ratio, dark) {
    const t = Math.max(0, Math.min(1, Math.log10(ratio) / 2));
    if (ratio < 1 || t === 0) return css("--heat-ground");
    const stops = dark
      ? [[34, 42, 51], [112, 74, 22], [214, 110, 20], [255, 200, 90], [255, 250, 220]]
      : [[238, 241, 245], [253, 219, 160], [244, 140, 40], [196, 40, 30], [90, 0, 30]];
    const x = t * (stops.length - 1), i = Math.min(stops.length - 2, Math.floor(x)), f = x - i;
    return "rgb(" + stops[i].map((a, c) => Math.round(a + f * (stops[i + 1][c] - a))).join(",") + ")";
  }

  function heatMap(run, key) {
    const body = card(key, "Gradient of each layer, against its own median of the steps around" + (several() ? ": " + label(run) : ""), "wide");
    const layers = Object.keys(run.gradients.layers);
    if (layers.length === 0) {
      body.replaceChildren(element("div", null, "empty", "nothing yet"));
      return;
    }
    let canvas = body.querySelector("canvas.heat");
    if (!canvas) {
      body.replaceChildren();
      canvas = element("canvas", body, "heat");
      const scale = element("div", body, "scale");
      element("span", scale, "", "1 ×");
      element("canvas", scale);
      element("span", scale, "", "100 × the median; a triangle marks a spike where it crossed its bound");
      element("b", scale, "hover");
      canvas.addEventListener("mousemove", event => hover(event, canvas, body));
    }
    const dark = document.documentElement.classList.contains("dark");
    const width = Math.max(200, body.clientWidth), height = layers.length * ROW + AXIS;
    const pixels = window.devicePixelRatio || 1;
    canvas.width = width * pixels;
    canvas.height = height * pixels;
    canvas.style.height = height + "px";
    const ctx = canvas.getContext("2d");
    ctx.scale(pixels, pixels);
    ctx.font = "12px system-ui, sans-serif";
    ctx.textBaseline = "middle";
    const bins = Math.max(...layers.map(layer => run.gradients.layers[layer].length));
    const cell = (width - NAMES) / bins;
    layers.forEach((layer, row) => {
      const norms = run.gradients.layers[layer];
      const middles = localMedians(norms);
      ctx.fillStyle = css("--text");
      ctx.fillText(layer, 0, row * ROW + ROW / 2);
      norms.forEach((norm, i) => {
        ctx.fillStyle = norm === null ? css("--card") : heat(norm / middles[i], dark);
        ctx.fillRect(NAMES + i * cell, row * ROW + 1, Math.max(cell, 0.75), ROW - 2);
      });
    });
    ctx.fillStyle = css("--bad");
    for (const event of run.events.filter(e => e.type === "spike_began" || e.type === "spike")) {
      for (const crossing of event.layers) {
        const row = layers.indexOf(crossing.layer);
        if (row < 0) continue;
        const x = NAMES + (crossing.step - 0.5) / run.gradients.stride * cell, y = row * ROW;
        ctx.beginPath();
        ctx.moveTo(x - 5, y);
        ctx.lineTo(x + 5, y);
        ctx.lineTo(x, y + 8);
        ctx.fill();
      }
    }
    ctx.fillStyle = css("--faint");
    for (let i = 0; i <= 4; i++) {
      const step = Math.round(i / 4 * bins * run.gradients.stride);
      ctx.textAlign = i === 0 ? "left" : i === 4 ? "right" : "center";
      ctx.fillText(String(step), NAMES + i / 4 * (width - NAMES), height - AXIS / 2);
    }
    ctx.textAlign = "left";
    const scale = body.querySelector(".scale canvas");
    scale.width = 160;
    scale.height = 10;
    const gradient = scale.getContext("2d");
    for (let x = 0; x < 160; x++) {
      gradient.fillStyle = heat(Math.pow(10, 2 * x / 160), dark);
      gradient.fillRect(x, 0, 1, 10);
    }
    canvas.drawn = { run, layers, cell, bins };
  }

  function hover(event, canvas, body) {
    const drawn = canvas.drawn;
    const box = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top) / ROW);
    const bin = Math.floor((event.clientX - box.left - NAMES) / drawn.cell);
    const layer = drawn.layers[row];
    const out = body.querySelector(".hover");
    if (!layer || bin < 0 || bin >= drawn.bins) {
      out.textContent = "";
      return;
    }
    const norm = drawn.run.gradients.layers[layer][bin];
    const first = bin * drawn.run.gradients.stride + 1;
    out.textContent = layer + ", step " + first + (drawn.run.gradients.stride > 1 ? "–" + (first + drawn.run.gradients.stride - 1) : "")
      + ": " + digits(norm) + " (" + digits(norm / localMedians(drawn.run.gradients.layers[layer])[bin]) + " ×)";
  }

  function stages(run, key) {
    if (!run.stages) return;
    const body = card(key, "Mean time of the parts of a step" + (several() ? ": " + label(run) : ""), "");
    const list = Object.entries(run.stages).filter(([, seconds]) => seconds > 0);
    const largest = Math.max(...list.map(([, seconds]) => seconds), 1e-9);
    const grid = element("table");
    for (const [name, seconds] of list) {
      const row = element("tr", grid);
      element("td", row, "", name.replaceAll("_", " "));
      element("td", row, "", seconds >= 1 ? digits(seconds) + " s" : digits(1000 * seconds) + " ms");
      element("div", element("td", row, "bar")).style.width = 100 * seconds / largest + "%";
    }
    body.replaceChildren(list.length ? grid : element("div", null, "empty", "nothing yet"));
  }

  function events(run, key) {
    const body = card(key, "Events" + (several() ? ": " + label(run) : ""), run.stages || several() ? "" : "wide");
    if (run.events.length === 0) {
      body.replaceChildren(element("div", null, "empty", "no spike, no dip, nothing to repair"));
      return;
    }
    const list = element("ul", null, "events");
    for (const event of [...run.events].reverse()) {
      const item = element("li", list);
      element("span", item, "kind " + event.type, event.type.replaceAll("_", " "));
      item.append(" " + event.line);
    }
    const before = body.querySelector(".events");
    const scrolled = before ? before.scrollTop : 0;
    body.replaceChildren(list);
    list.scrollTop = scrolled;
  }

  function accuracy(point) {
    return point ? (100 * point.accuracy).toFixed(2) + " % at " + point.step : "–";
  }

  function summary() {
    const body = card("summary", "Runs", "wide");
    const holder = element("div", null, "scroll");
    const grid = element("table", holder);
    const head = element("tr", grid);
    ["run", "steps", "last loss", "best kNN, at step", "last kNN, at step", "kNN by", "spikes", "first layers", "dips", "rollbacks"].forEach(name => element("th", head, "", name));
    for (const run of runs) {
      const row = element("tr", grid);
      const knn = run.knn_summary;
      const spikes = run.events.filter(e => e.type === "spike_began");
      const where = {};
      spikes.forEach(spike => { where[spike.layer] = (where[spike.layer] || 0) + 1; });
      [label(run), run.steps, digits(run.loss.mean[run.loss.mean.length - 1]), accuracy(knn.best), accuracy(knn.last),
        knn.best ? knn.probe + ", " + probe(knn) : "–", spikes.length,
        Object.entries(where).map(([layer, n]) => layer + " " + n).join(", ") || "–",
        run.events.filter(e => e.type === "dip").length, run.events.filter(e => e.type === "rolled_back").length
      ].forEach(value => element("td", row, "", String(value)));
    }
    body.replaceChildren(holder);
  }

  function header() {
    const head = document.getElementById("head");
    const run = runs[0];
    const title = several() ? runs.length + " runs" : label(run);
    document.title = title + " – mocov3";
    head.querySelector("h1").textContent = title;
    const numbers = head.querySelector(".numbers");
    numbers.replaceChildren();
    if (several()) return;
    const status = run.status || {};
    document.dispatchEvent(new CustomEvent("mocov3-status", { detail: status }));
    const shown = [["", stale ? "no answer from the daemon" : (status.state || "").replaceAll("_", " ")], ["step", status.step ?? run.steps],
      ["epoch", status.epoch === undefined ? undefined : status.epoch.toFixed(2)], ["loss", digits(status.loss ?? run.loss.mean.at(-1))],
      ["images/s", status.images_per_second === undefined ? undefined : Math.round(status.images_per_second)],
      [run.knn_summary.source === LIVE ? "live kNN" : "kNN", run.knn_summary.last ? accuracy(run.knn_summary.last) : undefined]];
    for (const [name, value] of shown) {
      if (value === undefined || value === "") continue;
      const item = element("span", numbers, "number", name + " ");
      element("b", item, "", String(value));
      numbers.append(" ");
    }
  }

  function pictures(run, key) {
    picture(run.neighbours, key, run, "Nearest neighbours: a test image, then the training images nearest to it",
      "test images, each with its nearest training images");
    picture(run.map, key + "-map", run, "Map of features (t-SNE): near images have near features; distances between groups mean little",
      "test images as dots in a plane, coloured by class");
  }

  function picture(source, key, run, title, alt) {
    if (!source) return;
    const body = card(key, title + (several() ? ": " + label(run) : ""), "wide");
    if (!body.querySelector("img")) {
      const image = element("img", body, "picture");
      image.alt = alt;
      image.src = source;
    }
  }

  /* A new card changes the width of those beside it, so what was drawn before it is drawn again. */
  function draw() {
    const known = cards.size;
    drawAll();
    if (cards.size > known) redraw();
  }

  function drawAll() {
    header();
    if (window.mocov3Report) summary();
    lossChart();
    knnChart();
    runs.forEach((run, i) => heatMap(run, "heat-" + i));
    runs.forEach((run, i) => events(run, "events-" + i));
    runs.forEach((run, i) => stages(run, "stages-" + i));
    chart("rate", "Learning rate", "third", overRuns("learning_rate"), { height: 150 });
    momentumChart();
    chart("speed", "Images per second", "third", overRuns("images_per_second"), { height: 150 });
    healthCharts();
    runs.forEach((run, i) => pictures(run, "pictures-" + i));
  }

  function redraw() {
    for (const known of charts.values()) known.plot.destroy();
    charts.clear();
    if (runs.length) draw();
  }

  function theme(dark) {
    document.documentElement.classList.toggle("dark", dark);
    redraw();
  }

  async function ask() {
    try {
      const answer = await fetch("api/v1/history", { cache: "no-cache" });
      stale = !answer.ok;
      if (answer.ok) runs = [await answer.json()];
    } catch (lost) {
      stale = true;
    }
    if (runs.length) draw();
    setTimeout(ask, INTERVAL_MS);
  }

  const page = document.getElementById("page");
  const head = element("header", page);
  head.id = "head";
  element("h1", head, "", "mocov3");
  element("span", head, "numbers");
  const button = element("button", head, "", "dark / light");
  element("div", page, "grid").id = "grid";
  const asked = new URLSearchParams(location.search).get("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  button.addEventListener("click", () => theme(!document.documentElement.classList.contains("dark")));
  system.addEventListener("change", change => theme(change.matches));
  theme(asked ? asked === "dark" : system.matches);
  let resizing = 0;
  addEventListener("resize", () => {
    clearTimeout(resizing);
    resizing = setTimeout(redraw, 150);
  });
  if (window.mocov3Report) {
    runs = window.mocov3Report;
    draw();
  } else {
    ask();
  }
})();
