// Configurations side by side: bars with what is known of their range, a table, and ratios.

const comparison = {
  // entries: [{name, index, value, low, high}]
  bars(title, measure, entries, { max = null, better = "less", note: remark = null } = {}) {
    const show = (value) => format.named(measure, value);
    const best = comparison.best(entries, better);
    return chart.figure({
      title,
      note: remark,
      height: 36 + 34 * entries.length,
      series: entries.map((each) => ({ name: each.name, index: each.index })),
      bare: true,
      told: entries.map((each) => `${format.brief(each.name, 40)} ${show(each.value)}${comparison.range(each, show)}`).join("; "),
      option: () => ({
        grid: chart.grid({ left: 8, right: 84, top: 4, bottom: 4, containLabel: true }),
        xAxis: chart.axis("", { type: "value", min: 0, max, interval: max ? comparison.step(max) : undefined, splitNumber: 4, axisLabel: { formatter: show } }),
        yAxis: chart.axis("", {
          type: "category",
          inverse: true,
          data: entries.map((each) => each.name),
          axisLabel: { color: theme.ink, formatter: (text) => format.brief(text, 22) },
          splitLine: { show: false },
        }),
        tooltip: chart.tooltip((parts) => {
          const each = entries[(Array.isArray(parts) ? parts[0] : parts).dataIndex];
          return chart.tip([[each.index, each.name, show(each.value) + comparison.range(each, show)]]);
        }, { axisPointer: { type: "none" } }),
        series: [
          {
            type: "bar",
            barWidth: 16,
            data: entries.map((each) => ({ value: each.value, itemStyle: { color: theme.colour(each.index), borderRadius: [0, 3, 3, 0] } })),
            label: { show: entries.every((each) => each.high === undefined), position: "right", color: theme.ink, formatter: (part) => show(part.value) },
          },
          { type: "custom", data: entries.map((each, i) => [i, each.low ?? each.value, each.high ?? each.value]), encode: { x: [1, 2], y: 0 }, z: 5, renderItem: comparison.whisker(entries, show) },
        ],
      }),
      data: () =>
        table(title, [
          { title: "configuration", cell: (each) => name(each.name) },
          { title: "value", number: true, cell: (each) => ({ text: show(each.value), best: each === best }) },
          { title: "range", number: true, cell: (each) => (each.high === undefined ? "" : `${show(each.low)} to ${show(each.high)}`) },
        ], entries),
    });
  },

  whisker: (entries, show) => (_, api) => {
    const each = entries[api.value(0)];
    if (each?.high === undefined) return null;
    const [left, y] = api.coord([api.value(1), api.value(0)]);
    const [right] = api.coord([api.value(2), api.value(0)]);
    const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: theme.ink, lineWidth: 1.5 } });
    return {
      type: "group",
      children: [
        line(left, y, right, y),
        line(left, y - 5, left, y + 5),
        line(right, y - 5, right, y + 5),
        { type: "text", x: right + 6, y: y - 7, style: { text: show(each.value), fill: theme.ink, fontSize: 12 } },
      ],
    };
  },

  range: (each, show) => (each.high === undefined || each.high === each.low ? "" : ` (${show(each.low)} to ${show(each.high)})`),

  best(entries, better) {
    const known = entries.filter((each) => Number.isFinite(each.value));
    if (known.length < 2 || known.every((each) => each.value === known[0].value)) return null;
    return known.reduce((a, b) => ((better === "less" ? b.value < a.value : b.value > a.value) ? b : a));
  },

  // runs: [{name, index, measures: Map(name -> {value, low, high, better})}]; one chart per measure, one scale where it can be
  charts(runs, measures) {
    const made = measures.map((measure) => ({
      measure,
      entries: runs.filter((run) => run.measures.has(measure)).map((run) => ({ name: run.name, index: run.index, ...run.measures.get(measure) })),
    }));
    const tops = made.map(({ entries }) => Math.max(0, ...entries.map((each) => each.high ?? each.value)));
    const unit = (measure) => (/Seconds$|(^|\.)seconds(\.|$)/.test(measure) ? "s" : measure);
    const shared = (i) => {
      const same = tops.filter((top, j) => unit(made[j].measure) === unit(made[i].measure) && top > 0);
      const most = Math.max(...same);
      return same.length > 1 && tops[i] > most / 8 ? most : null;
    };
    return el("div", { class: "grid" }, made.map(({ measure, entries }, i) => {
      const better = entries[0]?.better ?? "less";
      return comparison.bars(format.label(measure), measure, entries, { max: shared(i) && comparison.round(shared(i)), better, note: better === "more" ? "more is better" : null });
    }));
  },

  // Of a scale with about four parts: 1, 2, 2.5 or 5 of a power of ten.
  step(value) {
    const power = 10 ** Math.floor(Math.log10(value / 4));
    return [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each * 4.0001 >= value) ?? power * 10;
  },

  round: (value) => Math.ceil(value / comparison.step(value) - 1e-9) * comparison.step(value),

  table(caption, runs, chosen, measures) {
    const best = new Map(measures.map((measure) => [measure, comparison.best(runs.filter((run) => run.measures.has(measure)).map((run) => ({ run, ...run.measures.get(measure) })), runs.find((run) => run.measures.has(measure))?.measures.get(measure).better ?? "less")?.run]));
    return table(
      caption,
      [
        { title: "configuration", cell: (run) => [key(run.index), name(run.name, 40)] },
        ...chosen.map((field) => ({ title: field, cell: (run) => String(run.configuration[field] ?? "") })),
        ...measures.map((measure) => ({
          title: format.label(measure),
          number: true,
          cell: (run) => {
            const known = run.measures.get(measure);
            return known ? { text: format.named(measure, known.value), best: best.get(measure) === run } : "";
          },
        })),
      ].map((column, i) => (i === 0 ? { ...column, cell: (run) => el("span", {}, column.cell(run)) } : column)),
      runs,
    );
  },

  // ratios: [{of, to, measures: Map(name -> {value, low, high})}]
  ratios(ratios, band) {
    const measures = [...new Set(ratios.flatMap((each) => [...each.measures.keys()]))];
    const told = (ratio) => (ratio ? format.times(ratio.value) : "");
    const range = (ratio) => (ratio?.high === undefined ? "" : `${ratio.low.toPrecision(3)} to ${ratio.high.toPrecision(3)}`);
    const wide = ratios.some((each) => [...each.measures.values()].some((ratio) => ratio.high !== undefined));
    return table(
      "How many times as much" + (band ? "; the band holds " + band.percent + " % of " + band.points + " points in the ranges of the cost constants" : ""),
      [
        { title: "of / to", cell: (each) => el("span", {}, name(each.of, 30), " / ", name(each.to, 30)) },
        ...measures.flatMap((measure) => [
          { title: format.label(measure), number: true, cell: (each) => told(each.measures.get(measure)) },
          ...(wide ? [{ title: "range", number: true, cell: (each) => range(each.measures.get(measure)) }] : []),
        ]),
      ],
      ratios,
    );
  },
};
