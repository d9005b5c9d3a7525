// How long faults keep vCPUs out of the guest: the tail, by VM.

const stalls = {
  POINTS: [["p50", "p50Nanos", 0.5], ["p90", "p90Nanos", 0.9], ["p99", "p99Nanos", 0.99], ["p99.9", "p999Nanos", 0.999], ["p99.99", "p9999Nanos", 0.9999]],

  section(runs) {
    const lines = runs.flatMap((run) => (run.statistics?.stalls ?? []).filter((stall) => stall.count > 0).map((stall) => ({ stall, index: run.index, run: run.name })));
    if (lines.length === 0) return;
    const several = new Set(lines.map((line) => line.stall.name)).size > 1;
    lines.forEach((line) => (line.name = runs.length === 1 ? line.stall.name : several ? line.run + ", " + line.stall.name : line.run));
    const guests = [...new Set(lines.map((line) => line.stall.name))];
    lines.forEach((line) => (line.guest = guests.indexOf(line.stall.name)));
    if (runs.length === 1) lines.forEach((line, i) => (line.index = i));
    // A percentile that no stall lies beyond is the longest stall, and says nothing more.
    const points = (line) => stalls.POINTS.filter(([, , share]) => line.stall.count * (1 - share) >= 1).map(([label, field]) => [label, line.stall[field]]);
    section(
      "Stalls of the guests",
      chart.figure({
        title: "How long a fault keeps a vCPU out of its guest",
        note: "From exit to entry, by percentile of all exits; a percentile is drawn where at least one stall lies beyond it. Both scales grow by tens.",
        height: 320,
        series: lines.map((line) => ({ name: line.name, index: line.index })),
        told: lines.map((line) => `${format.brief(line.name, 40)}: p50 ${format.nanos(line.stall.p50Nanos)}, p99 ${format.nanos(line.stall.p99Nanos)}, longest ${format.nanos(line.stall.maxNanos)}`).join("; "),
        option: (shown) => ({
          grid: chart.grid({ left: 76 }),
          xAxis: chart.axis("percentile", { type: "category", data: [...stalls.POINTS.map(([label]) => label), "longest"], splitLine: { show: true, lineStyle: { color: theme.line, opacity: 0.6 } } }),
          yAxis: chart.axis("", { type: "log", axisLabel: { formatter: (value) => format.nanos(value) } }),
          tooltip: chart.tooltip((parts) => chart.tip([[null, parts[0].name, ""], ...parts.map((part) => [lines.find((line) => line.name === part.seriesName).index, part.seriesName, format.nanos(part.value[1])])])),
          series: lines
            .filter((line) => lines.length === 1 || shown.some((each) => each.name === line.name))
            .map((line) => ({
              type: "line",
              name: line.name,
              color: theme.colour(line.index),
              symbol: theme.mark(line.index),
              symbolSize: 8,
              lineStyle: { width: 2, type: line.guest % 2 ? [5, 4] : "solid" },
              data: [...points(line), ["longest", line.stall.maxNanos]].map(([label, value]) => [label, Math.max(value, 1)]),
            })),
        }),
      }),
      table(
        "Stalls",
        [
          { title: "guest", cell: (line) => el("span", {}, key(line.index), name(line.name, 40)) },
          { title: "exits", number: true, cell: (line) => format.count(line.stall.count) },
          { title: "all together", number: true, cell: (line) => format.seconds(line.stall.seconds) },
          ...stalls.POINTS.map(([label, field]) => ({ title: label, number: true, cell: (line) => format.nanos(line.stall[field]) })),
          { title: "longest", number: true, cell: (line) => format.nanos(line.stall.maxNanos) },
        ],
        lines,
      ),
    );
  },

  pressure(runs) {
    const rows = runs.flatMap((run) => (run.statistics?.pressure ?? []).map((each) => ({ run, each })));
    if (rows.length === 0) return;
    const share = (what) => ({ title: what === "perCpu" ? "a CPU's mean" : what, number: true, cell: ({ each }) => format.percent(each[what]?.percent) });
    section(
      "Memory pressure",
      note("PSI of memory: the share of the time in which some, or all, that had work waited for memory; avg10 as the kernel would print it at the end."),
      table("Pressure", [
        { title: "of", cell: ({ run, each }) => el("span", {}, key(run.index), runs.length > 1 ? [name(run.name, 40), ", "] : null, name(each.name, 40)) },
        share("some"), share("full"), share("perCpu"),
        { title: "some avg10", number: true, cell: ({ each }) => format.figure(each.some?.avg10) },
        { title: "full avg10", number: true, cell: ({ each }) => format.figure(each.full?.avg10) },
        { title: "some, total", number: true, cell: ({ each }) => format.seconds((each.some?.totalMicros ?? 0) / 1e6) },
        { title: "full, total", number: true, cell: ({ each }) => format.seconds((each.full?.totalMicros ?? 0) / 1e6) },
      ], rows),
    );
  },
};
