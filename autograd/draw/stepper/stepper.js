(() => {
  "use strict";
  const find = (id) => document.getElementById(id);
  const steps = JSON.parse(find("data").textContent), last = steps.length - 1;
  const root = document.documentElement, frame = find("now"), slider = find("slider");
  const nodes = [...document.querySelectorAll("g.node")], edges = [...document.querySelectorAll("g.edge")];
  const full = new Map(); // the gradients as they are in the end
  for (const text of document.querySelectorAll(".gradient")) full.set(text, text.textContent);
  let at = 0, timer = 0;

  function show(k) {
    at = Math.max(0, Math.min(last, k));
    const step = steps[at], values = new Set(), gradients = {}, waiting = {};
    for (const s of steps.slice(0, at + 1)) {
      s.values.forEach((id) => values.add(id));
      Object.assign(gradients, s.gradients);
      Object.assign(waiting, s.waiting);
    }
    document.querySelectorAll(".badge").forEach((mark) => mark.remove());
    root.classList.remove("start", "forward", "backward", "end");
    root.classList.add(step.phase);
    for (const g of nodes) {
      const known = values.has(g.id.replace("op", "n")) || g.id[0] === "c";
      g.classList.toggle("later", !known);
      g.classList.toggle("lit", step.boxes.includes(g.id));
      const [text, complete] = gradients[g.id] || ["", false];
      [...g.querySelectorAll(".gradient")].forEach((line, i) => {
        line.textContent = complete || !text ? full.get(line) : i ? "" : text;
        line.classList.toggle("hidden", !text);
      });
      if (step.phase === "backward" && waiting[g.id] && (!complete || g.id in step.waiting)) badge(g, waiting[g.id]);
    }
    for (const g of edges) g.classList.toggle("lit", step.edges.includes(g.id));
    frame.replaceChildren();
    frame.append(Object.assign(document.createElement("b"), { textContent: step.title }));
    for (const line of step.lines)
      frame.append(Object.assign(document.createElement("code"), { textContent: line }));
    slider.value = at;
    slider.setAttribute("aria-valuetext", `${at + 1} of ${steps.length}: ${step.title}`);
    find("count").textContent = `step ${at + 1} of ${steps.length}`;
    for (const [id, off] of Object.entries({ first: !at, back: !at, next: at === last, last: at === last }))
      find(id).setAttribute("aria-disabled", off); // not disabled: the focus stays
    reveal(step.boxes);
    if (at === last) stop();
    fit();
  }

  function badge(g, text) { // above a box: how many contributions have arrived where paths meet
    const box = g.getBBox(), mark = document.createElementNS("http://www.w3.org/2000/svg", "g");
    const right = box.x + box.width;
    mark.setAttribute("class", "badge");
    mark.innerHTML = `<rect x="${right - 42}" y="${box.y - 13}" width="42" height="16" rx="8"/>` +
      `<text x="${right - 21}" y="${box.y - 1}">${text}</text>`;
    g.parentNode.append(mark);
  }

  function reveal(ids) { // scroll the picture, not the page around it: to all of these, or the first
    const view = document.querySelector(".picture"), b = view.getBoundingClientRect();
    const all = ids.map((id) => find(id).getBoundingClientRect());
    if (!all.length) return;
    const span = (a) => ({ left: Math.min(...a.map((r) => r.left)), right: Math.max(...a.map((r) => r.right)),
      top: Math.min(...a.map((r) => r.top)), bottom: Math.max(...a.map((r) => r.bottom)) });
    let a = span(all);
    if (a.right - a.left > b.width || a.bottom - a.top > b.height) a = span(all.slice(0, 1));
    if (a.left < b.left || a.right > b.right) view.scrollLeft += (a.left + a.right - b.left - b.right) / 2;
    if (a.top < b.top || a.bottom > b.bottom) view.scrollTop += (a.top + a.bottom - b.top - b.bottom) / 2;
  }

  function fit() { // the frame around this page, where it may be reached
    try {
      const f = window.frameElement, high = document.body.offsetHeight + 2;
      if (f && (high > f.clientHeight || find("all").open !== f.opened)) f.style.height = high + "px";
      if (f) f.opened = find("all").open;
    } catch { /* another origin: the height it was given stays */ }
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    find("play").textContent = "Play";
  }

  function play() {
    if (timer) return stop();
    if (at === last) show(0);
    find("play").textContent = "Pause";
    timer = setInterval(() => show(at + 1), 1500);
  }

  const go = (k) => { stop(); show(k); };
  const moves = { first: () => go(0), back: () => go(at - 1), play, next: () => go(at + 1), last: () => go(last) };
  for (const id in moves) find(id).addEventListener("click", moves[id]);
  slider.addEventListener("input", () => go(+slider.value));
  const keys = { ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last", " ": "play" };
  document.addEventListener("keydown", (e) => {
    const move = keys[e.key], button = e.target.closest("button, summary");
    if (!move || e.ctrlKey || e.metaKey || e.altKey || (e.key === " " && button)) return;
    e.preventDefault();
    moves[move]();
  });
  find("all").addEventListener("toggle", fit);

  const dark = matchMedia("(prefers-color-scheme: dark)"), auto = root.classList.contains("auto");
  function color() { // as JupyterLab is set, else as the reader's system
    let light;
    try { light = parent.document.body.dataset.jpThemeLight; } catch { /* another origin */ }
    root.classList.toggle("dark", light ? light === "false" : dark.matches);
  }
  if (auto) {
    color();
    dark.addEventListener("change", color);
    try {
      if (parent !== window) new MutationObserver(color).observe(parent.document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
    } catch { /* another origin */ }
  }
  show(0);
  new ResizeObserver(fit).observe(document.body);
})();
