// Call trees, two side by side: a frame is as wide as the time in it and what it calls.

const flame = {
  LEAST: 0.0015, // narrower frames are left out; the table has them
  KINDS: [
    ["waits for locks and what they guard", "#8fc1ea", /lock|rwsem|rw_sem|rcu|mutex/i],
    ["flushes of cached translations", "#d3a6dd", /flush|tlb/i],
    ["swap and its device", "#9ad6ba", /swap|writeout|bio|zram|compress|submit/i],
    ["other work", "#ecd9a8", /./],
  ],

  // trees: [{name, index, tree}], the first two are shown at first
  panel(trees, title) {
    let left = 0;
    let right = Math.min(1, trees.length - 1);
    let mode = "own";
    const place = el("div", { class: "flames" });
    const names = trees.map((each, i) => [String(i), each.name]);
    const show = () => {
      const pair = left === right ? [trees[left]] : [trees[left], trees[right]];
      const most = Math.max(...pair.map((each) => each.tree.inclusiveNanos), 1);
      place.replaceChildren(
        ...pair.map((each, i) => flame.one(each, mode === "same" ? each.tree.inclusiveNanos / most : 1, mode === "difference" ? pair[1 - i] : null, title)),
      );
    };
    const controls = el(
      "div",
      { class: "controls" },
      trees.length > 1 ? picker("Left", names, String(left), (value) => ((left = Number(value)), show())) : null,
      trees.length > 1 ? picker("Right", names, String(right), (value) => ((right = Number(value)), show())) : null,
      trees.length > 1
        ? picker("Width and colour", [["own", "share of its own time"], ["same", "same time, same width"], ["difference", "difference to the other"]], mode, (value) => ((mode = value), show()))
        : null,
    );
    show();
    return el("div", {}, controls, flame.kinds(), place);
  },

  kinds: () =>
    el("p", { class: "note" }, flame.KINDS.map(([text, colour]) => keyed(colour, text)), "Arrow keys move, Enter zooms, Escape goes back."),

  one(shown, width, other, title) {
    const total = Math.max(shown.tree.inclusiveNanos, 1);
    const shares = other && flame.shares(other.tree);
    const told = el("p", { class: "told", role: "status" }, "");
    const graph = el("div", { class: "flame", role: "group", "aria-label": title + " of " + shown.name + ": " + format.nanos(shown.tree.inclusiveNanos) });
    const state = { root: shown.tree, current: shown.tree, frames: new Map(), parents: flame.parents(shown.tree), paths: new Map() };
    flame.eachPath(shown.tree, (node, path) => state.paths.set(node, path));
    const text = (node) => {
      const own = node.inclusiveNanos / total;
      let line = `${node.name}: ${(100 * own).toFixed(1)} % (${format.nanos(node.inclusiveNanos)}), by itself ${((100 * node.exclusiveNanos) / total).toFixed(1)} %`;
      if (shares) line += `; in ${other.name} ${(100 * (shares.get(state.paths.get(node)) ?? 0)).toFixed(1)} %`;
      return line;
    };
    const colour = (node) => {
      if (!shares) return flame.KINDS.find(([, , names]) => names.test(node.name))[1];
      const change = node.inclusiveNanos / total - (shares.get(state.paths.get(node)) ?? 0);
      const strength = Math.min(1, Math.abs(change) / 0.25);
      const [r, g, b] = change > 0 ? [238, 140, 70] : [100, 165, 232];
      return `rgb(${[r, g, b].map((c) => Math.round(236 + (c - 236) * strength)).join(",")})`;
    };
    const zoom = (node) => {
      state.root = node;
      lay();
      state.frames.get(node)?.focus();
    };
    const lay = () => {
      state.frames.clear();
      graph.replaceChildren();
      const above = [];
      for (let node = state.parents.get(state.root); node; node = state.parents.get(node)) above.unshift(node);
      above.forEach((node, depth) => add(node, 0, 1, depth));
      graph.style.height = (1 + place(state.root, 0, 1, above.length)) * 21 + "px";
    };
    const place = (node, from, part, depth) => {
      add(node, from, part, depth);
      let deepest = depth;
      let at = from;
      const scale = part / Math.max(node.inclusiveNanos, 1);
      for (const child of node.children) {
        const share = child.inclusiveNanos * scale;
        if (share >= flame.LEAST) deepest = Math.max(deepest, place(child, at, share, depth + 1));
        at += share;
      }
      return deepest;
    };
    const add = (node, from, part, depth) => {
      const frame = el(
        "button",
        {
          type: "button",
          class: "frame",
          tabindex: node === state.root ? "0" : "-1",
          "aria-label": text(node),
          style: { left: 100 * from * width + "%", width: 100 * part * width + "%", top: 21 * depth + "px", background: colour(node) },
          onclick: () => zoom(node),
          onmouseenter: () => (told.textContent = text(node)),
          onfocus: () => {
            state.current = node;
            told.textContent = text(node);
          },
          onkeydown: (event) => flame.key(event, node, state, zoom, shown.tree),
        },
        part * width > 0.02 ? node.name : "",
      );
      state.frames.set(node, frame);
      graph.append(frame);
    };
    lay();
    const gone = shares && flame.gone(shown.tree, other, total);
    return el(
      "figure",
      {},
      el("figcaption", {}, el("h3", {}, key(shown.index), name(shown.name, 40), el("span", { class: "note" }, " " + format.nanos(shown.tree.inclusiveNanos)))),
      graph,
      told,
      gone ? note(gone) : null,
      more("Data", () => flame.data(shown, total)),
    );
  },

  key(event, node, state, zoom, top) {
    const parent = state.parents.get(node);
    const near = (step) => {
      const row = (parent?.children ?? []).filter((each) => state.frames.has(each));
      return row[row.indexOf(node) + step];
    };
    const target = {
      ArrowUp: parent,
      ArrowDown: node.children.find((each) => state.frames.has(each)),
      ArrowLeft: near(-1),
      ArrowRight: near(1),
    }[event.key];
    if (event.key === "Escape") zoom(top);
    else if (event.key.startsWith("Arrow")) {
      const frame = target && state.frames.get(target);
      if (frame) {
        state.frames.forEach((each) => (each.tabIndex = -1));
        frame.tabIndex = 0;
        frame.focus();
      }
    } else return;
    event.preventDefault();
  },

  parents(tree) {
    const parents = new Map();
    const walk = (node) => node.children.forEach((child) => (parents.set(child, node), walk(child)));
    walk(tree);
    return parents;
  },

  // Each node with the functions that lead to it; the root's own name does not count.
  eachPath(tree, visit) {
    const walk = (node, path) => {
      visit(node, path);
      node.children.forEach((child) => walk(child, path + "\n" + child.name));
    };
    walk(tree, "");
  },

  shares(tree) {
    const shares = new Map();
    flame.eachPath(tree, (node, path) => shares.set(path, node.inclusiveNanos / Math.max(tree.inclusiveNanos, 1)));
    return shares;
  },

  // What the other has and this one has not, the largest first.
  gone(tree, other, total) {
    const here = flame.shares(tree);
    const lost = [];
    flame.eachPath(other.tree, (node, path) => {
      const parent = path.slice(0, path.lastIndexOf("\n"));
      const share = node.inclusiveNanos / Math.max(other.tree.inclusiveNanos, 1);
      if (!here.has(path) && here.has(parent) && share >= 0.005) lost.push([share, node.name]);
    });
    lost.sort((a, b) => b[0] - a[0]);
    const named = lost.slice(0, 4).map(([share, what]) => `${what} (${(100 * share).toFixed(1)} % there)`);
    return "Orange: a larger share here than in " + other.name + "; blue: a smaller one." + (named.length ? " Not here at all: " + named.join(", ") + "." : "");
  },

  data(shown, total) {
    const rows = [];
    const walk = (node, depth) => {
      rows.push({ node, depth });
      node.children.forEach((child) => walk(child, depth + 1));
    };
    walk(shown.tree, 0);
    return table(
      "Call tree of " + format.brief(shown.name, 60),
      [
        { title: "function", cell: (row) => el("span", { style: { paddingLeft: row.depth * 0.9 + "rem" }, class: "mono" }, row.node.name) },
        { title: "with what it calls", number: true, cell: (row) => ((100 * row.node.inclusiveNanos) / total).toFixed(2) + " %" },
        { title: "by itself", number: true, cell: (row) => ((100 * row.node.exclusiveNanos) / total).toFixed(2) + " %" },
        { title: "time", number: true, cell: (row) => format.nanos(row.node.inclusiveNanos) },
      ],
      rows,
      { tall: true },
    );
  },
};
