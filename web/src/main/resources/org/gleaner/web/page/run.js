// A scenario's configurations, and the parts that all runs have.

const runs = {
  SHOWN: new Set(["configuration", "vmstat", "statistics", "commands", "kswapd", "directReclaim", "sampleSeconds"]),
  TREES: [["kswapd", "kswapd, which reclaims in the background"], ["directReclaim", "direct reclaim, by those who need a page"]],

  // What is measured, by the kind of scenario: field, or a sum over phases.
  MEASURES: {
    "max-guest-memory": ["run1Seconds", "run2Seconds", "resetSeconds"],
    "mmu-stress": ["run1Seconds", "run2Seconds", "readOnlySeconds", "writableSeconds"],
    architectures: ["roundSeconds", "stall.percent", "aging.passNanosPerPage", "populateSeconds"],
    "pfn-designs": ["seconds.populate", "seconds.age", "seconds.again", "seconds.log", "seconds.device"],
    "demand-paging": ["pagesPerSecond", "seconds"],
  },

  MORE: new Set(["pagesPerSecond", "accesses", "operationsPerSecond", "perSecond"]),

  label: (run) => run.label ?? [run.configuration.name, run.ending, run.ablation && "without " + run.ablation, run.supplier].filter(Boolean).join(" "),

  of(result) {
    const kind = result.scenario?.kind;
    return result.runs.map((run, index) => {
      const figures = figuresOf(run, runs.SHOWN);
      const measures = new Map();
      const least = figuresOf(result.least?.runs?.[index], runs.SHOWN);
      const most = figuresOf(result.most?.runs?.[index], runs.SHOWN);
      for (const measure of runs.measured(kind, figures)) {
        const value = figures.get(measure);
        if (value === undefined) continue;
        const band = (result.band?.figures ?? []).find((each) => each.of === run.configuration.name && each.metric === measure && !run.ablation);
        measures.set(measure, { value, better: runs.MORE.has(measure.split(".").at(-1)) ? "more" : "less", low: band?.low ?? least.get(measure), high: band?.high ?? most.get(measure) });
      }
      const known = result.runs.filter((each) => runs.label(each) === runs.label(run)).length > 1 ? runs.label(run) + " " + (index + 1) : runs.label(run);
      return { run, index, name: known, configuration: { ...run.configuration, ...(run.swap && { swap: run.swap }), ...(run.costs && { costs: run.costs }) }, measures, figures, vmstat: run.vmstat, statistics: run.statistics };
    });
  },

  measured(kind, figures) {
    if (runs.MEASURES[kind]) return runs.MEASURES[kind];
    const names = [...figures.keys()];
    const seconds = names.filter((each) => /^phases\..*\.seconds$/.test(each));
    if (seconds.length) return seconds;
    const guests = names.filter((each) => /^guests\.[^.]*\.(memoryStat\.pgmajfault|residentPages\.last)$/.test(each));
    return guests.length ? guests : names.filter((each) => /Seconds$/.test(each)).slice(0, 6);
  },

  page(result, samples, hot) {
    const all = runs.of(result);
    const measures = [...new Set(all.flatMap((run) => [...run.measures.keys()]))].filter((measure) => all.some((run) => run.measures.get(measure)?.value));
    const differing = ["lru", "lruGen", "kernel", "aging", "arch", "pageSize", "swap", "costs", "pfn"].filter((field) => new Set(all.map((run) => run.configuration[field])).size > 1);
    const ratios = runs.ratios(result);
    section(
      "Comparison",
      comparison.charts(all, runs.telling(all, measures).slice(0, 6)),
      all.some((run) => run.run.guests) ? runs.guests(all) : comparison.table("Configurations", all, differing, measures),
      ratios.length ? comparison.ratios(ratios, result.band) : null,
      result.band ? note(`The whiskers and ranges say how far the figures may move for all that is known of the constants: ${result.band.percent} % of ${result.band.points} points, measured at ${result.band.scale}.`) : result.seeds ? note(`Medians of ${result.seeds.length} seeds; whiskers and ranges go from the least to the most.`) : null,
    );
    runs.trees(all);
    runs.sampled(all, samples, hot);
    stalls.section(all);
    runs.multiples(all, measures);
    stalls.pressure(all);
    counters.locks(all);
    counters.vmstat(all);
    counters.figures(all);
    runs.commands(all);
    setting.section(result, result.scenario);
  },

  // Those that differ between configurations come first.
  telling(all, measures) {
    const differs = (measure) => new Set(all.map((run) => run.measures.get(measure)?.value)).size > 1;
    return [...measures.filter(differs), ...measures.filter((measure) => !differs(measure))];
  },

  guests(all) {
    return table("Guests, in each configuration", [
      { title: "configuration", cell: ({ run }) => el("span", {}, key(run.index), name(run.name, 40)) },
      { title: "guest", cell: ({ guest }) => name(guest.name, 40) },
      { title: "accesses", number: true, cell: ({ guest }) => format.figure(guest.accesses) },
      { title: "pgmajfault", number: true, cell: ({ guest }) => format.figure(guest.memoryStat?.pgmajfault) },
      { title: "pgsteal", number: true, cell: ({ guest }) => format.figure(guest.memoryStat?.pgsteal) },
      { title: "resident pages, in the end", number: true, cell: ({ guest }) => format.figure(guest.residentPages?.at(-1)) },
      { title: "throttled", number: true, cell: ({ guest }) => format.seconds(guest.throttledSeconds) },
      { title: "killed", cell: ({ guest }) => (guest.killed ? { text: "yes", off: true } : "no") },
    ], all.flatMap((run) => (run.run.guests ?? []).map((guest) => ({ run, guest }))));
  },

  sampled(all, samples, hot) {
    const indexOf = (configuration) => Math.max(0, all.findIndex((run) => run.name === configuration));
    if (samples.series) course.section(samples, indexOf);
    if (hot.maps.length) heat.section(hot.maps, indexOf);
  },

  ratios(result) {
    const metric = (field) => (field.endsWith("Seconds") || field === "disable" ? field : field + "Seconds");
    return (result.ratios ?? []).map((ratio, i) => {
      const measures = new Map();
      for (const [field, value] of Object.entries(ratio)) {
        if (typeof value !== "number") continue;
        const band = (result.band?.ratios ?? []).find((each) => each.of === ratio.of + "/" + ratio.to && each.metric === metric(field));
        measures.set(field, { value, low: band?.low ?? result.least?.ratios?.[i]?.[field], high: band?.high ?? result.most?.ratios?.[i]?.[field] });
      }
      return { of: (ratio.configuration ? ratio.configuration + " " : "") + ratio.of, to: ratio.to, measures };
    });
  },

  trees(all) {
    const with_ = runs.TREES.map(([field, title]) => [title, all.filter((run) => run.run[field]?.inclusiveNanos > 0).map((run) => ({ name: run.name, index: run.index, tree: run.run[field] }))]).filter(([, trees]) => trees.length);
    if (with_.length === 0) return;
    section("Where the time goes", note("Call trees with the kernel's function names, of the part that is measured."), with_.map(([title, trees]) => [el("h3", {}, title), flame.panel(trees, title)]));
  },

  // A small chart for each kernel (or whatever else was varied besides), with a bar for each design.
  multiples(all, measures) {
    const varied = ["kernel", "arch", "lru", "aging", "swap"].filter((field) => new Set(all.map((run) => run.configuration[field])).size > 1);
    if (varied.length < 2 || all.length < 4) return;
    const by = varied[0];
    const measure = measures[0];
    const known = all.filter((run) => run.measures.has(measure));
    if (known.length < 4) return;
    const max = comparison.round(Math.max(...known.map((run) => run.measures.get(measure).high ?? run.measures.get(measure).value)));
    const values = [...new Set(known.map((run) => run.configuration[by]))];
    section(
      "By " + by,
      note(`${format.label(measure)} of each ${by}, all on one scale.`),
      el("div", { class: "grid small" }, values.map((value) => comparison.bars(`${by} ${value}`, measure, known.filter((run) => run.configuration[by] === value).map((run) => ({ name: varied.slice(1).map((field) => run.configuration[field]).join(" ") || run.name, index: run.index, ...run.measures.get(measure) })), { max, better: known[0].measures.get(measure).better }))),
    );
  },

  commands(all) {
    const rows = all.flatMap((run) => (run.run.commands ?? []).map((command) => ({ run, command })));
    if (rows.length === 0) return;
    section("Commands to the host", table("What was written into the kernel's files", [
      { title: "configuration", cell: ({ run }) => el("span", {}, key(run.index), name(run.name, 40)) },
      { title: "at", number: true, cell: ({ command }) => format.seconds(command.seconds) },
      { title: "guest", cell: ({ command }) => name(command.guest ?? "", 40) },
      { title: "file", cell: ({ command }) => el("code", { class: "long" }, command.to ?? command.read ?? "") },
      { title: "wrote", cell: ({ command }) => el("code", { class: "long" }, String(command.wrote ?? "")) },
      { title: "asked", number: true, cell: ({ command }) => format.figure(command.askedPages) },
      { title: "freed", number: true, cell: ({ command }) => format.figure(command.freedPages) },
    ], rows));
  },
};
