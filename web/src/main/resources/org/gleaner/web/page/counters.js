// Locks, and the kernel's counters by their own names.

const counters = {
  LOCKS: [
    ["waitSeconds", "waited, in all"], ["contended", "times not free at once"], ["acquired", "times taken"],
    ["averageWaitNanos", "mean wait"], ["maxWaitNanos", "longest wait"], ["holdSeconds", "held, in all"],
  ],

  locks(runs) {
    const with_ = runs.filter((run) => run.statistics?.locks?.length);
    if (with_.length === 0) return;
    const names = [...new Set(with_.flatMap((run) => run.statistics.locks.map((lock) => lock.name)))];
    const of = (run, lock) => run.statistics.locks.find((each) => each.name === lock);
    const place = el("div", {});
    const show = (field) => {
      const most = (lock) => Math.max(...with_.map((run) => of(run, lock)?.[field] ?? 0));
      const rows = [...names].sort((a, b) => most(b) - most(a));
      place.replaceChildren(
        with_.length === 1
          ? table("Locks", [{ title: "lock", cell: (lock) => el("code", {}, lock) }, ...counters.LOCKS.map(([each, text]) => ({ title: text, number: true, cell: (lock) => format.named(each, of(with_[0], lock)?.[each]) }))], rows)
          : table("Locks: " + counters.LOCKS.find(([each]) => each === field)[1], [{ title: "lock", cell: (lock) => el("code", {}, lock) }, ...with_.map((run) => ({ title: el("span", {}, key(run.index), name(run.name, 30)), number: true, cell: (lock) => format.named(field, of(run, lock)?.[field]) }))], rows),
      );
    };
    show("waitSeconds");
    section("Locks", note(":R is the shared mode; a lock's waits end when it is taken."), with_.length > 1 ? el("div", { class: "controls" }, picker("Show", counters.LOCKS, "waitSeconds", show)) : null, place);
  },

  // Rows that are the same everywhere may be left out.
  differing(title, caption, remark, rows, runs, cell) {
    const place = el("div", {});
    let only = false;
    let part = "";
    const show = () => {
      const shown = rows.filter((row) => row.toLowerCase().includes(part) && (!only || new Set(runs.map((run) => cell(run, row))).size > 1));
      place.replaceChildren(table(caption, [{ title: "name", cell: (row) => el("code", { class: "long" }, row) }, ...runs.map((run) => ({ title: el("span", {}, key(run.index), name(run.name, 30)), number: true, cell: (row) => cell(run, row) }))], shown, { tall: shown.length > 18 }));
    };
    show();
    const box = el("input", { type: "checkbox", onchange: (event) => ((only = event.target.checked), show()) });
    const search = el("input", { type: "search", size: "14", oninput: (event) => ((part = event.target.value.toLowerCase()), show()) });
    section(title, remark ? note(remark) : null, el("div", { class: "controls" }, el("label", {}, "Names with", search), runs.length > 1 ? el("label", {}, box, "only those that differ") : null), place);
  },

  vmstat(runs) {
    const with_ = runs.filter((run) => run.vmstat && Object.keys(run.vmstat).length);
    if (with_.length === 0) return;
    const names = [...new Set(with_.flatMap((run) => Object.keys(run.vmstat)))].filter((counter) => with_.some((run) => run.vmstat[counter]));
    if (names.length === 0) return;
    counters.differing("vmstat", "What the kernel's counters grew by", "By the names of /proc/vmstat; those that stayed 0 everywhere are left out.", names, with_, (run, counter) => (run.vmstat[counter] === undefined ? "" : format.count(run.vmstat[counter])));
  },

  // Every other number of the runs, by its place in result.json.
  figures(runs) {
    const names = [...new Set(runs.flatMap((run) => [...run.figures.keys()]))];
    if (names.length === 0) return;
    counters.differing("All figures", "Figures by their place in result.json", null, names, runs, (run, figure) => (run.figures.has(figure) ? format.named(figure, run.figures.get(figure)) : ""));
  },
};

// Numbers in a tree by their paths; what has a name of its own is called by it. Left out: what other parts of the page show.
function figuresOf(value, leave, path = "", into = new Map()) {
  for (const [field, each] of Object.entries(value ?? {})) {
    if (path === "" && leave.has(field)) continue;
    const here = path ? path + "." + field : field;
    if (typeof each === "number") into.set(here, each);
    else if (Array.isArray(each)) {
      if (each.length && each.every((one) => typeof one === "number")) into.set(here + ".last", each.at(-1));
      else each.forEach((one, i) => one !== null && typeof one === "object" && figuresOf(one, leave, here + "." + (one.name ?? (one.step ? String(one.step).toLowerCase() + (one.iteration ? " " + one.iteration : "") : i + 1)), into));
    } else if (each !== null && typeof each === "object") figuresOf(each, leave, here, into);
  }
  return into;
}
