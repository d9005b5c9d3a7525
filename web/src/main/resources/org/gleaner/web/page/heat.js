// Guest memory by age over time: a row is a range of guest pages, a column a moment.

const heat = {
  MEASURES: [
    ["generation", "age, in generations", "0 is the youngest; what is not in memory is left blank", 3],
    ["active", "share that is active", "of what is in memory: on an active list, or in one of the two youngest generations", 1],
    ["resident", "share in memory", "the rest is in swap, or was never touched", 1],
  ],

  section(data, indexOf) {
    const place = el("div", { class: "grid" });
    const measures = heat.MEASURES.filter(([measure]) => data.series.some((series) => heat.cells(series, measure).length));
    const show = (chosen) => {
      const measure = heat.MEASURES.find(([each]) => each === chosen);
      place.replaceChildren(...data.series.map((series) => heat.map(series, measure, indexOf(series.configuration), data.series.some((each) => each.configuration === series.configuration && each.group !== series.group))));
    };
    show(measures[0][0]);
    section(
      "Guest memory by age",
      note("Each row is a range of guest pages, low addresses below. Age is what the memory manager believes, from a sample of each range."),
      el("div", { class: "controls" }, picker("Colour", measures.map(([measure, text]) => [measure, text]), measures[0][0], (measure) => { show(measure); chart.flush(); })),
      place,
    );
  },

  // [moment, row, value]
  cells(series, measure) {
    const { row, looked_at: looked, resident } = series.columns;
    const column = series.columns[measure];
    const moments = heat.moments(series);
    const at = new Map(moments.map((second, i) => [second, i]));
    const cells = [];
    series.columns.seconds.forEach((second, i) => {
      const value = measure === "resident" ? (looked[i] ? resident[i] / looked[i] : null) : measure === "active" ? (resident[i] ? column[i] / resident[i] : null) : column?.[i];
      if (value !== null && value !== undefined) cells.push([at.get(second), row[i], Number(value.toFixed(3))]);
    });
    return cells;
  },

  moments: (series) => [...new Set(series.columns.seconds)].sort((a, b) => a - b),

  map(series, [measure, text, remark, most], index, several) {
    const moments = heat.moments(series);
    const ranges = new Map(series.columns.row.map((row, i) => [row, [series.columns.first_page[i], series.columns.pages[i]]]));
    const rows = [...ranges.keys()].sort((a, b) => a - b);
    const cells = heat.cells(series, measure);
    const title = series.configuration + (several ? ", " + series.group : "");
    const mean = cells.length ? cells.reduce((sum, cell) => sum + cell[2], 0) / cells.length : 0;
    return chart.figure({
      title,
      note: text + ": " + remark,
      height: 280,
      canvas: true,
      told: cells.length ? `${text}, ${rows.length} ranges at ${moments.length} moments; the mean is ${format.figure(mean)}` : "no such state with this design",
      option: () => ({
        grid: chart.grid({ left: 62, right: 62, bottom: 42 }),
        xAxis: chart.axis("seconds of virtual time", { type: "category", data: moments.map((second) => format.figure(Number(second.toPrecision(4)))), axisLabel: { interval: Math.ceil(moments.length / 5) }, splitLine: { show: false } }),
        yAxis: chart.axis("", { type: "category", data: rows.map((row) => course.short(ranges.get(row)[0])), axisLabel: { interval: Math.ceil(rows.length / 5) }, splitLine: { show: false } }),
        visualMap: { min: 0, max: most, calculable: false, right: 0, top: "middle", itemHeight: 130, itemWidth: 10, text: measure === "generation" ? ["old", "young"] : ["all", "none"], textStyle: { color: theme.soft, fontSize: 11 }, inRange: { color: measure === "generation" ? ["#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"] : ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"] } },
        tooltip: chart.tooltip((part) => chart.tip([[index, title, ""], [null, "seconds", format.figure(moments[part.value[0]])], [null, "pages from", format.count(ranges.get(rows[part.value[1]])[0])], [null, text, format.figure(part.value[2])]]), { trigger: "item" }),
        series: [{ type: "heatmap", data: cells, progressive: 0, emphasis: { disabled: true } }],
      }),
      data: () => {
        const last = cells.filter(([moment]) => moment === moments.length - 1);
        return table(`${text} at the last moment; all are in heat.csv`, [
          { title: "first page", cell: (cell) => format.count(ranges.get(cell[1])[0]) },
          { title: "pages", number: true, cell: (cell) => format.count(ranges.get(cell[1])[1]) },
          { title: text, number: true, cell: (cell) => format.figure(cell[2]) },
        ], last, { tall: true });
      },
    });
  },
};
