// What a real kernel did, or what was published, beside what Gleaner does.

const validation = {
  page(result) {
    if (result.rows[0]?.counters) validation.reclaim(result);
    else if (result.rows.length && "published" in result.rows[0]) validation.timing(result);
    setting.section(result, Object.fromEntries(Object.entries(result).filter(([, value]) => typeof value !== "object")));
  },

  reclaim(result) {
    const names = [...new Set(result.rows.flatMap((row) => Object.keys(row.counters)))];
    const label = ({ cell }) => [cell.kernel, cell.trace, cell.mode, cell.kind, cell.swap, format.count(cell.memoryPages) + " pages"].join(" ");
    if (result.summary) {
      section("Summary", table("Groups of real runs, and of these those within the band", [
        { title: "counter", cell: (each) => el("code", {}, each.counter) },
        { title: "within", number: true, cell: (each) => each.percent + " %" },
        { title: "groups", number: true, cell: (each) => ({ text: `${each.rows} of ${each.of}`, off: each.rows < each.of }) },
      ], result.summary));
    }
    section(
      "Rows",
      validation.errors("Distance from the real band", "Each mark is a counter of one group of runs; 0 is inside the band of what the real kernel did.", names.map((counter) => ({ name: counter, values: result.rows.map((row) => [label(row), row.counters[counter]?.errorPercent]).filter(([, error]) => error !== undefined && error !== null) })), result.boundPercent),
      table("Rows", [
        { title: "runs", cell: label },
        { title: "verdict", cell: (row) => el("span", { class: "chip " + (/WITHIN|exact/i.test(row.status) ? "good" : "bad") }, row.status.toLowerCase()) },
        ...names.map((counter) => ({ title: counter, number: true, cell: (row) => { const each = row.counters[counter]; return each ? { text: `${format.count(each.median)} (${format.count(each.least)}–${format.count(each.most)})`, off: Math.abs(each.errorPercent) > result.boundPercent } : ""; } })),
      ], result.rows, { tall: result.rows.length > 20 }),
    );
  },

  timing(result) {
    const tables = [...new Set(result.rows.map((row) => row.scenario))];
    section(
      "Published and simulated",
      validation.errors("Distance from the published figure", "Each mark is a row of a published table.", tables.map((scenario) => ({ name: scenario, values: result.rows.filter((row) => row.scenario === scenario && row.errorPercent !== null && row.errorPercent !== undefined).map((row) => [row.id + " " + row.configuration, row.errorPercent]) })), null),
      table("Rows", [
        { title: "row", cell: (row) => row.id },
        { title: "scenario", cell: (row) => row.scenario },
        { title: "vCPUs", number: true, cell: (row) => format.count(row.vcpus) },
        { title: "configuration", cell: (row) => name(row.configuration, 50) },
        { title: "metric", cell: (row) => row.metric },
        { title: "published", number: true, cell: (row) => format.figure(row.published) + " " + row.unit },
        { title: "Gleaner", number: true, cell: (row) => (row.gleaner === null || row.gleaner === undefined ? "" : format.figure(row.gleaner) + " " + row.unit) },
        { title: "off by", number: true, cell: (row) => ({ text: format.percent(row.errorPercent), off: row.within !== null && row.within !== undefined && Math.abs(row.errorPercent) > row.within }) },
        { title: "may be", number: true, cell: (row) => (row.within === null || row.within === undefined ? "only shown" : row.within + " %") },
        { title: "basis", cell: (row) => row.basis },
      ], result.rows, { tall: result.rows.length > 20 }),
    );
  },

  errors(title, remark, groups, bound) {
    const shown = groups.filter((group) => group.values.length);
    if (shown.length === 0) return null;
    const most = Math.max(1, ...shown.flatMap((group) => group.values.map(([, error]) => Math.abs(error))), bound ?? 0);
    return chart.figure({
      title,
      note: remark + (bound ? ` The bound is ${bound} %.` : ""),
      height: 60 + 34 * shown.length,
      told: shown.map((group) => `${group.name}: at most ${format.percent(Math.max(...group.values.map(([, error]) => Math.abs(error))))}`).join("; "),
      option: () => ({
        grid: chart.grid({ left: 8, containLabel: true, top: 6 }),
        xAxis: chart.axis("per cent", { type: "value", min: -most, max: most, axisLabel: { formatter: (value) => Number(value.toPrecision(2)) } }),
        yAxis: chart.axis("", { type: "category", inverse: true, data: shown.map((group) => group.name), axisLabel: { color: theme.ink, formatter: (text) => format.brief(text, 28) } }),
        tooltip: chart.tooltip((part) => chart.tip([[0, part.name, format.percent(part.value[0])]]), { trigger: "item" }),
        series: [
          {
            type: "scatter",
            symbolSize: 9,
            itemStyle: { color: theme.colour(0), opacity: 0.65 },
            data: shown.flatMap((group) => group.values.map(([label, error]) => ({ value: [error, group.name], name: label }))),
            markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: theme.soft, type: "dotted" }, data: [{ xAxis: 0 }, ...(bound ? [{ xAxis: bound }, { xAxis: -bound }] : [])] },
          },
        ],
      }),
    });
  },
};
