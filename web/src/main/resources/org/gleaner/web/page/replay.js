// Replays: one, several with every combination of options, a curve of sizes, or guests together.

const replays = {
  CHOICES: ["kernel", "lru", "lruGen", "through", "aging", "backing", "thp", "swap", "pageCluster", "swappiness", "arch", "pageSize", "seed"],
  SHOWN: new Set(["vmstat", "statistics", "misses", "guests", "differences", "curve", "results", "finished", "asked", "band", "least", "most", "bySeed", "seeds"]),
  MEASURES: [["machineSeconds", (each) => each.machineSeconds], ["pgmajfault", (each) => each.vmstat?.pgmajfault], ["pswpin", (each) => each.vmstat?.pswpin], ["pswpout", (each) => each.vmstat?.pswpout]],

  of(result) {
    const list = result.results ?? [result];
    return list.map((run, index) => {
      const measures = new Map();
      for (const [measure, get] of replays.MEASURES) {
        const value = get(run);
        if (value !== undefined && value !== null) measures.set(measure, { value, better: "less", low: run.least && get(run.least), high: run.most && get(run.most) });
      }
      const share = run.distinctPages ? ` (${Math.round((100 * run.memoryPages) / run.distinctPages)}%)` : "";
      const configuration = { ...run, "memory pages": run.memoryPages === undefined ? "" : format.count(run.memoryPages) + share };
      return { run, index, name: run.name ?? run.trace ?? "host", configuration, measures, figures: figuresOf(run, replays.SHOWN), vmstat: run.vmstat, statistics: run.statistics };
    });
  },

  page(result, samples, hot) {
    const all = replays.of(result);
    const measures = replays.MEASURES.map(([measure]) => measure).filter((measure) => all.some((run) => run.measures.has(measure)));
    const differing = ["trace", "memory pages", ...replays.CHOICES].filter((field) => new Set(all.map((run) => run.configuration[field])).size > 1);
    if (result.curve) replays.curves(result.curve, all);
    section(
      result.differences ? "What differs" : "Comparison",
      result.differences ? replays.differences(result.differences) : null,
      result.curve || all.length < 2 ? null : comparison.charts(all.slice(0, 24), measures),
      comparison.table("Replays", all, differing, measures),
    );
    if (!result.curve) replays.misses(all);
    if (result.guests) replays.guests(result.guests);
    const curve = Boolean(result.curve);
    runs.sampled(all, samples, hot);
    stalls.section(all.slice(0, 24));
    if (!curve) runs.multiples(all.map((run) => ({ ...run, configuration: { ...run.configuration, swap: undefined } })), measures);
    stalls.pressure(all.slice(0, 24));
    counters.locks(all.slice(0, 24));
    counters.vmstat(all.slice(0, 24));
    counters.figures(all.slice(0, 24));
    const { results: _, curve: __, differences: ___, statistics: ____, vmstat: _____, ...rest } = result.results ? { ...result, ...replays.common(result.results) } : result;
    setting.section({ ...result, assumptions: result.caveats }, rest);
  },

  // What all replays were given alike.
  common: (results) => Object.fromEntries(["trace", "accesses", "distinctPages", ...replays.CHOICES, "engine"].filter((field) => results.length && results.every((each) => each[field] === results[0][field]) && results[0][field] !== undefined).map((field) => [field, results[0][field]])),

  // One chart of counts by memory for each trace: the kernel, and every policy counted exactly.
  curves(curves, all) {
    const policies = [...new Set(curves.flatMap((curve) => curve.points.flatMap((point) => Object.keys(point.misses ?? {}))))];
    const traces = [...new Set(all.map((run) => run.run.trace))];
    section(
      "Miss-ratio curves",
      note(`Share of the accesses that miss, by memory. The kernel's line counts major faults; ${policies.length ? "policies' misses count first touches too, so the kernel's are set beside them with first touches added." : "first touches are no major faults."} The dotted line marks the knee, the size after which more memory saves least. This page reads it off the curve; no size was chosen by the run.`),
      el("div", { class: "grid" }, traces.map((trace) => replays.curve(trace, curves.filter((curve) => curve.points.some((point) => all.some((run) => run.run.trace === trace && curve.name.startsWith(trace) && run.run.memoryPages === point.memoryPages))), all.filter((run) => run.run.trace === trace), policies))),
    );
  },

  curve(trace, curves, all, policies) {
    const { accesses, distinctPages: distinct } = all[0].run;
    const share = (pages) => (100 * pages) / distinct;
    const first = policies.length ? distinct : 0;
    const lines = [
      ...curves.map((curve) => ({ name: curves.length === 1 ? "kernel " + all[0].run.lru : curve.name, points: curve.points.map((point) => [share(point.memoryPages), (point.pgmajfault + first) / accesses, point]) })),
      ...policies.map((policy) => ({ name: policy, points: (curves[0]?.points ?? []).filter((point) => point.misses?.[policy] !== undefined).map((point) => [share(point.memoryPages), point.misses[policy] / accesses, point]) })),
    ].map((line, index) => ({ ...line, index, points: line.points.sort((a, b) => a[0] - b[0]) }));
    const knee = replays.knee(lines[0].points);
    const show = (ratio) => (ratio === 0 ? "0" : ratio < 1e-3 ? (100 * ratio).toPrecision(2) + " %" : (100 * ratio).toPrecision(3) + " %");
    const lowest = Math.min(...lines.flatMap((line) => line.points.map((point) => point[1])).filter((ratio) => ratio > 0), 1);
    const tens = lines.some((line) => line.points.some((point) => point[1] > 30 * lowest));
    return chart.figure({
      title: trace,
      note: `${format.count(accesses)} accesses to ${format.count(distinct)} pages` + (knee ? `; the knee is at ${format.count(knee[2].memoryPages)} pages (${Math.round(knee[0])} %)` : "") + (tens ? "; misses in tens" : ""),
      height: 360,
      series: lines.map((line) => ({ name: line.name, index: line.index })),
      told: lines.map((line) => `${line.name} from ${show(line.points.at(-1)?.[1] ?? 0)} at most memory to ${show(line.points[0]?.[1] ?? 0)} at least`).join("; "),
      option: (shown) => ({
        grid: chart.grid({ left: 72 }),
        xAxis: chart.axis("memory, % of the pages that are touched", { type: "value", min: 0, max: (most) => Math.max(100, most.max) }),
        yAxis: chart.axis("", tens ? { type: "log", axisLabel: { formatter: show } } : { type: "value", min: 0, axisLabel: { formatter: show } }),
        tooltip: chart.tooltip((parts) => chart.tip([[null, Math.round(parts[0].value[0]) + " % of memory", ""], ...parts.map((part) => [lines.find((line) => line.name === part.seriesName).index, part.seriesName, show(part.value[1])])])),
        series: lines
          .filter((line) => lines.length === 1 || shown.some((each) => each.name === line.name))
          .map((line) => ({
            type: "line",
            name: line.name,
            color: theme.colour(line.index),
            symbol: theme.mark(line.index),
            symbolSize: 7,
            lineStyle: { width: line.index === 0 ? 2.5 : 1.6, type: line.index === 0 ? "solid" : [[], [7, 4], [2, 3]][line.index % 3].length ? [[], [7, 4], [2, 3]][line.index % 3] : "solid" },
            data: line.points.map(([x, y]) => [x, tens && y === 0 ? lowest / 2 : y]),
            markLine: line.index === 0 && knee ? { silent: true, symbol: "none", lineStyle: { color: theme.ink, type: "dotted", width: 1.5 }, label: { formatter: "knee", color: theme.ink, position: "insideEndTop" }, data: [{ xAxis: knee[0] }] } : undefined,
          })),
      }),
      data: () => table(trace, [
        { title: "memory pages", cell: (point) => format.count(point.memoryPages) },
        ...curves.map((curve) => ({ title: el("span", {}, "pgmajfault ", curves.length > 1 ? name(curve.name, 30) : null), number: true, cell: (point) => format.count(curve.points.find((each) => each.memoryPages === point.memoryPages)?.pgmajfault ?? 0) })),
        ...policies.map((policy) => ({ title: policy + " misses", number: true, cell: (point) => (point.misses?.[policy] === undefined ? "" : format.count(point.misses[policy])) })),
      ], curves[0]?.points ?? []),
    });
  },

  // The point farthest below the line from the first to the last, on the scale of tens.
  knee(points) {
    if (points.length < 4) return null;
    const y = (point) => Math.log(Math.max(point[1], 1e-9));
    const [first, last] = [points[0], points.at(-1)];
    let best = null;
    let most = 0.02 * Math.abs(y(first) - y(last));
    for (const point of points.slice(1, -1)) {
      const along = (point[0] - first[0]) / (last[0] - first[0]);
      const below = y(first) + along * (y(last) - y(first)) - y(point);
      if (below > most) [best, most] = [point, below];
    }
    return best;
  },

  differences(list) {
    const shown = list.flatMap((each) => Object.entries(each.pgmajfault).map(([value, faults]) => ({ each, value, faults })));
    return table("Major faults, and how many times the first's", [
      { title: "trace", cell: ({ each }) => name(each.name, 40) },
      { title: "memory pages", number: true, cell: ({ each }) => format.count(each.memoryPages) },
      { title: "compared", cell: ({ value }) => value },
      { title: "pgmajfault", number: true, cell: ({ each, value, faults }) => ({ text: format.count(faults), best: each.least.length === 1 && each.least.includes(value) }) },
      { title: "to " + list[0]?.first, number: true, cell: ({ each, value }) => format.times(each.toFirst?.[value]) },
    ], shown);
  },

  misses(all) {
    const with_ = all.filter((run) => run.run.misses);
    if (with_.length === 0) return;
    const policies = [...new Set(with_.flatMap((run) => Object.keys(run.run.misses)))];
    section("Policies", table("Misses, exactly; first touches count", [{ title: "replay", cell: (run) => el("span", {}, key(run.index), name(run.name, 40)) }, ...policies.map((policy) => ({ title: policy, number: true, cell: (run) => (run.run.misses[policy] === undefined ? "" : format.count(run.run.misses[policy])) }))], with_));
  },

  guests(guests) {
    section(
      "Guests",
      el("div", { class: "grid" }, [["machineSeconds", (each) => each.machineSeconds], ["pgmajfault", (each) => each.vmstat?.pgmajfault]].filter(([, get]) => guests.some((each) => get(each))).map(([measure, get]) => comparison.bars(format.label(measure), measure, guests.map((each, index) => ({ name: each.trace + (guests.filter((other) => other.trace === each.trace).length > 1 ? " " + (index + 1) : ""), index, value: get(each) ?? 0 }))))),
      table("Guests", [
        { title: "trace", cell: (each) => name(each.trace, 40) },
        { title: "accesses", number: true, cell: (each) => format.count(each.accesses) },
        { title: "distinct pages", number: true, cell: (each) => format.count(each.distinctPages) },
        { title: "limit, pages", number: true, cell: (each) => (each.memoryPages ? format.count(each.memoryPages) : "none") },
        { title: "time", number: true, cell: (each) => format.seconds(each.machineSeconds) },
        { title: "pgmajfault", number: true, cell: (each) => format.figure(each.vmstat?.pgmajfault) },
        { title: "killed", cell: (each) => (each.oomKill ? { text: "yes", off: true } : "no") },
      ], guests),
    );
  },
};
