// The page of one or several pipelines. The data are in the element "data"; everything from
// the cluster becomes text by way of textContent, never HTML.
"use strict";

(() => {
  const projects = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const main = byId("picture"), details = byId("details"), status = byId("status");
  const freightSelect = byId("freight"), projectSelect = byId("project"), find = byId("find");
  const words = { r: "runs here, verified", u: "runs here, not verified", v: "verified", a: "available", b: "blocked", "-": "" };
  const marks = { r: "●", u: "●", v: "✔", a: "✔", b: "✖", "-": "" };
  const lineClass = { 1: "open", 0: "shut", "~": "some", "-": "" };

  let at = 0; // the Project that is shown
  let freight = 0; // the piece of Freight, -1 for none
  let selected = -1; // the node that is explained
  let focused = -1; // the node that the keys start from
  let zoom = 1;

  const project = () => projects[at];
  const chosen = () => project().freight[freight];
  const svg = () => byId("p" + at).querySelector("svg");
  const element = (i) => byId("p" + at + "n" + i);
  const text = (i) => project().strings[i];

  // state says what holds of the chosen Freight at a node: its mark, its words and why.
  function state(i) {
    const node = project().nodes[i], f = chosen();
    if (!node.stage) return { code: "-", words: "", why: "" };
    if (!f) return { code: "-", words: node.overview || "", why: "" };
    const code = f.states[i];
    let said = words[code];
    if (code === "v" && node.gate) said = "passed on";
    return { code, words: said && marks[code] + " " + said, why: code === "b" ? text(f.why[i]) : "" };
  }

  function show(i) {
    const g = element(i), node = project().nodes[i], s = state(i);
    g.classList.toggle("yes", "ruva".includes(s.code));
    g.classList.toggle("no", s.code === "b");
    const lines = g.querySelectorAll(".state");
    if (lines.length > 0) {
      lines[0].textContent = s.words;
      lines[1].textContent = shorten(s.why, node.room);
    }
    const label = [node.name, node.takes, s.words.replace(/[●✔✖] /g, ""), s.why, node.kind];
    g.setAttribute("aria-label", label.filter(Boolean).join(", "));
  }

  // shorten keeps the words that fit.
  function shorten(said, room) {
    const letters = Array.from(said);
    if (letters.length <= room) return said;
    const kept = letters.slice(0, room - 1).join(""), words = kept.replace(/ \S*$/, "");
    return (letters[room - 1] === " " ? kept : words) + "…";
  }

  // draw shows everything about the chosen Freight.
  function draw() {
    const f = chosen();
    project().nodes.forEach((_, i) => show(i));
    project().lines.forEach((_, i) => {
      const path = byId("p" + at + "l" + i);
      path.classList.remove("open", "shut", "some");
      const name = f && lineClass[f.lines[i]];
      if (name) path.classList.add(name);
    });
    search();
    explain();
  }

  function summary() {
    const f = chosen(), stages = project().nodes.filter((n) => n.stage).length;
    if (!f) return stages + (stages === 1 ? " Stage" : " Stages");
    const concerned = project().nodes.map((_, i) => f.states[i]).filter((c) => c !== "-");
    const open = project().nodes.filter((_, i) => f.flags[i] & 1 && f.states[i] !== "-").length;
    return "available to " + open + " of " + concerned.length + (concerned.length === 1 ? " Stage" : " Stages");
  }

  // search marks what the words in the search field match: names, rules and reasons.
  function search() {
    const wanted = find.value.trim().toLowerCase();
    let hits = 0;
    project().nodes.forEach((node, i) => {
      const s = state(i);
      const hit = wanted !== "" && [node.name, node.takes, s.words, s.why].join(" ").toLowerCase().includes(wanted);
      element(i).classList.toggle("hit", hit);
      element(i).classList.toggle("dim", wanted !== "" && !hit);
      hits += hit;
    });
    status.textContent = wanted === "" ? summary() : hits + " of " + project().nodes.length + " found";
  }

  // next moves the focus to the next node that was found.
  function next() {
    const n = project().nodes.length;
    for (let k = 1; k <= n; k++) {
      const i = (focused + k + n) % n;
      if (element(i).classList.contains("hit")) return focus(i);
    }
  }

  function add(parent, name, content) {
    const e = document.createElement(name);
    if (content !== undefined) e.textContent = content;
    parent.append(e);
    return e;
  }

  // explain fills the panel with what is known of the selected node.
  function explain() {
    details.replaceChildren();
    project().nodes.forEach((_, i) => element(i).setAttribute("aria-pressed", String(i === selected)));
    if (selected < 0) return help();
    const node = project().nodes[selected], f = chosen();
    add(details, "h2", node.name);
    add(details, "p", [node.kind, node.takes].filter(Boolean).join(", "));
    if (!node.stage) return;
    if (f && f.states[selected] !== "-") {
      add(details, "p", text(f.explain[selected]).replaceAll("⟦stage⟧", () => node.plain).replaceAll("⟦freight⟧", () => f.title));
      answers(f.flags[selected]);
      const command = "kubectl kargo-avail explain " + node.argument + " " + f.argument + " -n " + project().argument;
      add(details, "code", command);
    } else if (f) {
      add(details, "p", f.title + " does not concern this Stage.");
    }
    for (const [label, value] of [["Runs", node.runs], ["Available next", node.next], ["Blocked", node.blocked]]) {
      if (value) add(details, "p", label + ": " + value);
    }
  }

  // answers shows what the rule says as configured, under any and under all.
  function answers(flags) {
    const table = add(details, "table");
    const head = add(add(table, "thead"), "tr"), row = add(add(table, "tbody"), "tr");
    [["as configured", 1], ["under any", 2], ["under all", 4]].forEach(([name, bit]) => {
      add(head, "th", name).scope = "col";
      add(row, "td", flags & bit ? "✔ yes" : "✖ no");
    });
  }

  function help() {
    add(details, "h2", "Legend");
    const list = add(details, "ul");
    ["● runs here", "✔ available or verified", "✖ blocked, and why", "green line: lets the Freight pass",
      "red dashed line: does not", "dotted line: closes a cycle", "dot: all Stages on its left lead to all on its right"].forEach((line) => add(list, "li", line));
    add(details, "p", "Click a Stage, or press Enter, for an explanation.");
  }

  // focus moves the keyboard to a node, and the node into view.
  function focus(i) {
    if (focused >= 0) element(focused).setAttribute("tabindex", "-1");
    focused = i;
    element(i).setAttribute("tabindex", "0");
    element(i).focus({ preventScroll: true });
    element(i).scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function select(i) {
    selected = i;
    focus(i);
    explain();
  }

  const middle = (i) => project().nodes[i].y;
  const nearest = (list, i) => list.reduce((best, j) => (best < 0 || Math.abs(middle(j) - middle(i)) < Math.abs(middle(best) - middle(i)) ? j : best), -1);

  // step returns the node that an arrow key leads to, -1 for none.
  function step(key) {
    const { nodes, edges } = project();
    if (focused < 0) return 0;
    switch (key) {
      case "ArrowLeft": return nearest(edges.filter((e) => e[1] === focused && e[0] !== focused).map((e) => e[0]), focused);
      case "ArrowRight": return nearest(edges.filter((e) => e[0] === focused && e[1] !== focused).map((e) => e[1]), focused);
      default: {
        const beside = nodes.map((_, i) => i).filter((i) => nodes[i].layer === nodes[focused].layer &&
          (key === "ArrowUp" ? middle(i) < middle(focused) : middle(i) > middle(focused)));
        return nearest(beside, focused);
      }
    }
  }

  function setZoom(z) {
    zoom = Math.min(4, Math.max(0.05, z));
    const [, , width, height] = svg().getAttribute("viewBox").split(" ").map(Number);
    svg().setAttribute("width", Math.round(width * zoom));
    svg().setAttribute("height", Math.round(height * zoom));
  }

  function fit() {
    const [, , width, height] = svg().getAttribute("viewBox").split(" ").map(Number);
    setZoom(Math.min((main.clientWidth - 34) / width, (main.clientHeight - 34) / height, 1));
  }

  function open(i) {
    at = i;
    freight = project().freight.length > 0 ? 0 : -1;
    selected = -1;
    focused = -1;
    projects.forEach((_, j) => { byId("p" + j).hidden = j !== at; });
    byId("title").textContent = project().name;
    freightSelect.replaceChildren();
    project().freight.forEach((f, j) => { add(freightSelect, "option", f.label).value = j; });
    add(freightSelect, "option", "none: what runs where").value = -1;
    freightSelect.value = freight;
    const wanted = project().selected;
    if (wanted !== undefined) freightSelect.value = freight = wanted;
    if (project().nodes.length > 0) {
      focused = 0;
      element(0).setAttribute("tabindex", "0");
    }
    draw();
    fit();
    if (zoom < 0.6) setZoom(1);
  }

  main.addEventListener("click", (event) => {
    const g = event.target.closest(".node");
    if (g) select(Number(g.id.split("n")[1]));
  });
  main.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow") && event.target.closest(".node")) {
      const i = step(event.key);
      if (i >= 0) focus(i);
    } else if ((event.key === "Enter" || event.key === " ") && focused >= 0) {
      select(focused);
    } else {
      return;
    }
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target === find || event.target === freightSelect || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = { "/": () => find.focus(), "+": () => setZoom(zoom * 1.25), "-": () => setZoom(zoom / 1.25), 0: fit,
      Escape: () => { selected = -1; explain(); } }[event.key];
    if (!action) return;
    action();
    event.preventDefault();
  });
  find.addEventListener("input", search);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") next();
    if (event.key === "Escape") { find.value = ""; search(); }
  });
  freightSelect.addEventListener("change", () => { freight = Number(freightSelect.value); draw(); });
  projectSelect.addEventListener("change", () => open(Number(projectSelect.value)));
  byId("larger").addEventListener("click", () => setZoom(zoom * 1.25));
  byId("smaller").addEventListener("click", () => setZoom(zoom / 1.25));
  byId("fit").addEventListener("click", fit);

  open(0);
})();
