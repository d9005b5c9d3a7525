// What was sampled in virtual time: a line for each configuration, or a small chart for each.

const course = {
  LOCKS: ["mmu_lock", "mmu_lock:R", "mmap_lock", "mmap_lock:R", "ptlock", "lru_lock", "zone_lock", "swap_lock", "other_locks"],

  INTERVALS: 160,

  // What counters grew by in a second: the mean over each of at most so many intervals, at its middle.
  rate(series, columns, scale = 1) {
    const seconds = series.columns.seconds;
    const total = (i) => columns.reduce((sum, column) => sum + (series.columns[column]?.[i] ?? 0), 0);
    const least = (seconds.at(-1) - seconds[0]) / course.INTERVALS;
    const points = [];
    let last = 0;
    for (let i = 1; i < seconds.length; i++) {
      const span = seconds[i] - seconds[last];
      if (span <= 0 || (span < least && i < seconds.length - 1)) continue;
      points.push([(seconds[i] + seconds[last]) / 2, Math.max(0, ((total(i) - total(last)) / span) * scale)]);
      last = i;
    }
    return points;
  },

  level(series, columns) {
    return series.columns.seconds.map((second, i) => [second, columns.reduce((sum, column) => sum + (series.columns[column]?.[i] ?? 0), 0)]);
  },

  // Layers one upon another, the highest first, so that each covers what is above the next. The third number of a point is its own value.
  stacked(layers) {
    const sums = layers[0].points.map(() => 0);
    return layers.map((layer) => ({ ...layer, points: layer.points.map(([at, value], i) => [at, (sums[i] += value), value]) })).reverse();
  },

  // lines: [{name, index, points, dashed}]
  lines(title, remark, lines, { unit = "", show = format.figure, stack = false, max = null, small = false, area = false, span = null } = {}) {
    const step = max && comparison.step(max);
    const series = lines.map((line) => ({ name: line.name, index: line.index }));
    return chart.figure({
      title,
      note: remark,
      height: small ? 190 : 250,
      series: series.filter((each, i) => series.findIndex((other) => other.name === each.name) === i),
      bare: small,
      told: "At the end: " + lines.map((line) => `${format.brief(line.name, 40)} ${show(line.points.at(-1)?.[2] ?? line.points.at(-1)?.[1] ?? 0)}${unit}`).join("; "),
      option: (shown) => ({
        grid: chart.grid({ left: 66, bottom: 40, top: small ? 22 : 16 }),
        xAxis: chart.axis("seconds of virtual time", { type: "value", min: 0, max: span ?? "dataMax", axisLabel: { formatter: (value) => format.figure(Number(value.toPrecision(6))) } }),
        yAxis: chart.axis("", { type: "value", min: 0, max, interval: step ?? undefined, splitNumber: 4, axisLabel: { formatter: (value) => course.short(value) + unit } }),
        tooltip: chart.tooltip((parts) => chart.tip([[null, format.seconds(parts[0].value[0]), ""], ...parts.map((part) => [lines.find((line) => line.label === part.seriesName || line.name === part.seriesName)?.index ?? 0, part.seriesName, show(part.value[2] ?? part.value[1]) + unit])])),
        series: lines
          .filter((line) => shown.length === 0 || shown.some((each) => each.name === line.name))
          .map((line) => ({
            type: "line",
            name: line.label ?? line.name,
            data: line.points,
            showSymbol: false,
            sampling: "minmax",
            color: line.colour ? line.colour() : theme.colour(line.index),
            lineStyle: { width: stack ? 0 : 1.6, type: line.dashed ? [5, 4] : theme.dash(line.index).length ? theme.dash(line.index) : "solid" },
            areaStyle: stack ? { opacity: 1 } : area ? { opacity: 0.25 } : undefined,
            markLine: line.marks && { silent: true, symbol: "none", label: { color: theme.soft, formatter: (part) => part.name, position: "end", distance: 3, fontSize: 11 }, lineStyle: { color: theme.soft, type: "dotted" }, data: line.marks.map(([at, text], i) => ({ xAxis: at, name: text, label: i === 0 ? { align: "left" } : {} })) },
          })),
      }),
      data: () => course.data(title, lines, show),
    });
  },

  short(value) {
    const a = Math.abs(value);
    if (a >= 1e9) return Number((value / 1e9).toPrecision(3)) + " G";
    if (a >= 1e6) return Number((value / 1e6).toPrecision(3)) + " M";
    if (a >= 1e4) return Number((value / 1e3).toPrecision(3)) + " k";
    return String(Number(value.toPrecision(3)));
  },

  // At most twenty moments: who wants more has samples.csv.
  data(title, lines, show) {
    const moments = [...new Set(lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b);
    const step = Math.max(1, Math.ceil(moments.length / 20));
    const at = (line, moment) => {
      const before = line.points.filter(([when]) => when <= moment);
      return before.length && moment <= line.points.at(-1)[0] ? show(before.at(-1)[2] ?? before.at(-1)[1]) : "";
    };
    return table(title + "; all samples are in samples.csv", [
      { title: "seconds", cell: (moment) => format.figure(Number(moment.toPrecision(6))) },
      ...lines.map((line) => ({ title: name(line.label ?? line.name, 30), number: true, cell: (moment) => at(line, moment) })),
    ], moments.filter((_, i) => i % step === 0), { tall: true });
  },

  // First moments of the parts of a run.
  phases(series, span) {
    const marks = [];
    (series.columns.phase ?? []).forEach((phase, i) => {
      if (phase && (i === 0 || phase !== series.columns.phase[i - 1])) marks.push([series.columns.seconds[i], phase]);
    });
    // A name that would stand in the next one's place is left out; its line stays.
    const fits = (i) => i === marks.length - 1 || marks[i + 1][0] - marks[i][0] > (i === 0 ? 0.18 : 0.09) * span;
    return marks.length > 6 ? [] : marks.map(([at, phase], i) => [at, fits(i) ? phase : ""]);
  },

  section(samples, indexOf) {
    const groups = [...new Set(samples.series.map((each) => each.group))];
    const place = el("div", {});
    const show = (group) => {
      const all = samples.series.filter((each) => each.group === group).map((each) => ({ ...each, index: indexOf(each.configuration) }));
      place.replaceChildren(...course.charts(all));
    };
    const kept = Math.max(...samples.series.map((each) => each.columns.seconds.length));
    const most = Math.max(...samples.series.map((each) => each.rows));
    const thinned = most > kept ? `Of up to ${format.count(most)} samples of a configuration each chart draws ${format.count(kept)}: of each stretch of time the least and the most.` : `${format.count(samples.rows)} samples; all are drawn.`;
    show(groups[0]);
    const part = section("Over time", note(thinned + " Counters are shown as what they grew by in a second of virtual time, the mean over each of at most 160 intervals."), groups.length > 1 ? el("div", { class: "controls" }, picker("Of", groups.map((group) => [group, group]), groups[0], (group) => { show(group); chart.flush(); })) : null, place);
    return part;
  },

  charts(all) {
    const has = (columns) => all.some((series) => columns.some((column) => series.columns[column]?.some((value) => value !== null && value !== 0)));
    const lines = (make) => all.map((series) => ({ name: series.configuration, index: series.index, points: make(series) }));
    const made = [];
    const add = (columns, title, remark, make, options) => has(columns) && made.push(course.lines(title, remark, lines(make), options));
    const out = [...course.generations(all)];
    add(["nr_free_pages"], "Free memory", "nr_free_pages", (series) => course.level(series, ["nr_free_pages"]));
    add(["pgsteal"], "Pages reclaimed per second", "pgsteal", (series) => course.rate(series, ["pgsteal"]));
    add(["pgscan"], "Pages scanned per second", "pgscan", (series) => course.rate(series, ["pgscan"]));
    add(["pgmajfault"], "Major faults per second", "pgmajfault", (series) => course.rate(series, ["pgmajfault"]));
    add(["pf_fixed"], "Second-stage faults per second", "faults that installed an entry or gave one back", (series) => course.rate(series, ["pf_fixed", "pf_fast"]));
    add(["vcpu_stall_ns"], "vCPUs that wait in a fault", "mean number, all guests together; counted where a stall ends", (series) => course.rate(series, ["vcpu_stall_ns"], 1e-9));
    out.push(el("div", { class: "grid" }, made), ...course.pressure(all), ...course.locks(all));
    return out;
  },

  span: (all) => Math.max(...all.map((series) => series.columns.seconds.at(-1))),

  pressure(all) {
    if (!all.some((series) => series.columns.memory_some_us)) return [];
    return [
      el("h3", {}, "Memory pressure"),
      el("p", { class: "note" }, "PSI: share of the time in which ", key(0), "some or ", key(1), "all that had work waited for memory"),
      el("div", { class: "grid" }, all.map((series) => course.lines(series.configuration, null, [["some", "memory_some_us"], ["full", "memory_full_us"]].map(([what, column], index) => ({ name: what, index, points: course.rate(series, [column], 1e-4).map(([at, share]) => [at, Math.min(100, share)]) })), { unit: " %", max: 100, small: true, area: true, span: course.span(all) }))),
    ];
  },

  generations(all) {
    const AGES = ["3", "2", "1", "0"];
    const shades = [0, 1, 2, 3].map((i) => () => theme.shades[i]);
    const stacks = all.map((series) => {
      const mglru = series.columns.lru_gen_anon_0?.some((value) => value !== null);
      const layers = mglru
        ? AGES.map((age, i) => ({ name: ["oldest", "older", "younger", "youngest"][i], index: i, colour: shades[i], points: course.level(series, ["lru_gen_anon_" + age, "lru_gen_file_" + age]) }))
        : [
            { name: "inactive", index: 0, colour: shades[1], points: course.level(series, ["nr_inactive_anon", "nr_inactive_file"]) },
            { name: "active", index: 1, colour: shades[3], points: course.level(series, ["nr_active_anon", "nr_active_file"]) },
          ];
      layers.at(-1).marks = course.phases(series, course.span(all));
      return { series, layers, most: Math.max(1, ...layers[0].points.map((_, i) => layers.reduce((sum, layer) => sum + layer.points[i][1], 0))) };
    });
    if (!stacks.some((stack) => stack.most > 1)) return [];
    const max = Math.max(...stacks.map((stack) => stack.most));
    const legend = el("p", { class: "note" }, ["oldest generation", "older", "younger", "youngest"].map((text, i) => keyed(`var(--g${i})`, text)), "Of the classic LRU: the inactive list below, the active one above.");
    return [
      el("h3", {}, "Pages by generation"),
      legend,
      el("div", { class: "grid" }, stacks.map(({ series, layers }) => course.lines(series.configuration, null, course.stacked(layers), { stack: true, max: comparison.round(max), small: true, span: course.span(all) }))),
    ];
  },

  locks(all) {
    const used = course.LOCKS.filter((lock) => all.some((series) => (series.columns[lock + "_wait_ns"]?.at(-1) ?? 0) > 0));
    if (used.length === 0) return [];
    const stacks = all.map((series) => ({ series, layers: used.map((lock, i) => ({ name: lock, index: i, points: course.rate(series, [lock + "_wait_ns"], 1e-9) })) }));
    const tops = stacks.map(({ layers }) => Math.max(0, ...layers[0].points.map((_, i) => layers.reduce((sum, layer) => sum + (layer.points[i]?.[1] ?? 0), 0))));
    const max = comparison.round(Math.max(...tops, 1e-6));
    return [
      el("h3", {}, "CPUs that wait for a lock"),
      el("p", { class: "note" }, "mean number, by lock: ", used.map((lock, i) => keyed(i, lock))),
      el("div", { class: "grid" }, stacks.map(({ series, layers }) => course.lines(series.configuration, null, course.stacked(layers), { stack: true, max, small: true, span: course.span(all) }))),
    ];
  },
};
