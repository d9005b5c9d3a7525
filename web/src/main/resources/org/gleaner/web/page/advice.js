// How many VMs a host holds: the curve around that number, the VM too many, and what would change it.

const advice = {
  show: (unit, value) => (unit === "ns" ? format.nanos(value) : unit === "%" ? format.percent(value) : format.figure(value) + unit),

  page(result) {
    const metrics = result.points[0]?.worst ?? [];
    if (metrics.length) {
      section(
        "The cliff",
        note(`Each figure is that of the VM that does worst; the band is the range over ${format.count(result.seeds.length)} seeds, each with other places in the traces for VMs to begin at. A dashed line is an objective; the dotted one is the first number of VMs that breaks any.`),
        el("div", { class: "grid" }, metrics.map((metric, index) => advice.chart(result, metric, index))),
        advice.points(result),
      );
    }
    if (result.knobs.length) section("What would change it", advice.knobs(result, metrics));
    section("The VMs", advice.vms(result.vms));
    setting.section(result, { host: result.host, aging: result.aging, limits: result.limits, requestAccesses: result.requestAccesses, warmUpSeconds: result.warmUpSeconds, seconds: result.seconds, trials: result.trials });
  },

  bound: (result, metric) => result.objectives.find((each) => each.metric === metric.metric)?.bound,

  chart(result, { metric, unit }, index) {
    const scale = unit === "ns" ? 1e6 : 1;
    const rows = result.points.map((point) => ({ point, worst: point.worst[index] }));
    const bound = advice.bound(result, { metric });
    const broken = result.points.find((point) => point.vms === result.fits + 1);
    const at = (get) => rows.map(({ point, worst }) => [point.ratio, get(worst) / scale]);
    const line = (at, type, text) => ({ ...at, lineStyle: { color: theme.ink, type, width: 1.5 }, label: { formatter: text, color: theme.ink, position: "insideEndTop" } });
    return chart.figure({
      title: metric,
      note: bound === undefined ? "no objective" : "has to stay below " + advice.show(unit, bound),
      told: rows.map(({ point, worst }) => `${point.vms} VMs: ${advice.show(unit, worst.median)}`).join("; "),
      option: () => ({
        grid: chart.grid(),
        xAxis: chart.axis("memory that VMs touch, by the host's", { type: "value", scale: true, axisLabel: { formatter: (value) => value.toFixed(2) } }),
        yAxis: chart.axis("", { type: "value", min: 0, max: comparison.round(Math.max(...at((worst) => worst.high).map((point) => point[1]), (1.2 * (bound ?? 0)) / scale) || 1), axisLabel: { formatter: (value) => format.figure(Number(value.toPrecision(3))) + (unit === "ns" ? " ms" : unit === "%" ? " %" : unit) } }),
        tooltip: chart.tooltip((parts) => {
          const { point, worst } = rows[parts.find((part) => part.seriesType === "line").dataIndex];
          return chart.tip([[null, `${point.vms} VMs, ratio ${point.ratio.toFixed(2)}`, ""], [index, metric, advice.show(unit, worst.median)], [null, "range", `${advice.show(unit, worst.low)} to ${advice.show(unit, worst.high)}`]]);
        }),
        series: [
          {
            type: "custom",
            silent: true,
            data: [at((worst) => worst.high)[0]],
            renderItem: (_, api) => ({ type: "polygon", shape: { points: [...at((worst) => worst.low), ...at((worst) => worst.high).reverse()].map((point) => api.coord(point)) }, style: { fill: theme.colour(index), opacity: 0.22 } }),
          },
          {
            type: "line",
            name: metric,
            color: theme.colour(index),
            symbol: theme.mark(index),
            symbolSize: 7,
            lineStyle: { width: 2 },
            data: at((worst) => worst.median),
            markLine: { silent: true, symbol: "none", data: [...(bound === undefined ? [] : [line({ yAxis: bound / scale }, "dashed", "objective")]), ...(broken ? [line({ xAxis: broken.ratio }, "dotted", broken.vms + " VMs")] : [])] },
          },
        ],
      }),
    });
  },

  range: (worst) => (worst === undefined ? "" : worst.low === worst.high ? advice.show(worst.unit, worst.median) : `${advice.show(worst.unit, worst.median)} (${advice.show(worst.unit, worst.low)} to ${advice.show(worst.unit, worst.high)})`),

  figures: (result, metrics, get) => metrics.map((metric, index) => ({
    title: metric.metric,
    number: true,
    cell: (row) => {
      const worst = get(row)?.worst[index];
      const bound = advice.bound(result, metric);
      return { text: advice.range(worst), off: worst !== undefined && bound !== undefined && worst.high >= bound };
    },
  })),

  points: (result) => table("Numbers of VMs that were tried around it", [
    { title: "VMs", cell: (point) => format.count(point.vms) },
    { title: "ratio", number: true, cell: (point) => point.ratio.toFixed(2) },
    ...advice.figures(result, result.points[0].worst, (point) => point),
    { title: "objectives", cell: (point) => el("span", { class: "chip " + (point.holds ? "good" : "bad") }, point.killed ? "killed" : point.holds ? "hold" : "broken") },
  ], result.points),

  knobs: (result, metrics) => table(`One thing done otherwise; figures with ${format.count(result.fits + 1)} VMs`, [
    { title: "otherwise", cell: (knob) => el("code", {}, knob.setting) },
    { title: "fit", number: true, cell: (knob) => format.count(knob.fits) },
    { title: "more", number: true, cell: (knob) => ({ text: (knob.more > 0 ? "+" : "") + knob.more, best: knob.more > 0, off: knob.more < 0 }) },
    ...advice.figures(result, metrics, (knob) => knob.marginal),
  ], result.knobs),

  vms: (vms) => table("Copies are taken in this order, again and again", [
    { title: "trace", cell: (each) => name(each.trace, 40) },
    { title: "pages touched", number: true, cell: (each) => format.count(each.distinctPages) },
    { title: "accesses of a lap", number: true, cell: (each) => format.count(each.accesses) },
    { title: "accesses a second", number: true, cell: (each) => format.count(each.accessesPerSecond) + (each.recorded ? ", as recorded" : "") },
  ], vms),
};
