// Guest memory by age over time: a row is a range of guest pages, a column a moment.

const heat = {
  MEASURES: [
    ["generation", "age, in generations", "0 is the youngest; what is not in memory is left blank", 3],
    ["active", "share that is active", "of what is in memory: on an active list, or in one of the two youngest generations", 1],
    ["resident", "share in memory", "the rest is in swap, or was never touched", 1],
  ],

  section(maps, indexOf) {
    const place = el("div", { class: "grid" });
    const silent = note("");
    const measures = heat.MEASURES.filter(([measure]) => maps.some((map) => map[measure].some((value) => value !== null)));
    const show = (chosen) => {
      const measure = heat.MEASURES.find(([each]) => each === chosen);
      const known = maps.filter((map) => map[chosen].some((value) => value !== null));
      const none = maps.filter((map) => !known.includes(map)).map((map) => map.configuration);
      silent.textContent = none.length ? "No such state with " + none.map((each) => format.brief(each, 40)).join(", ") + "." : "";
      place.replaceChildren(...known.map((map) => heat.map(map, measure, indexOf(map.configuration), maps.some((each) => each.configuration === map.configuration && each.guest !== map.guest))));
    };
    if (measures.length === 0) return;
    show(measures[0][0]);
    const dropped = maps[0].dropped ? ` Of the moments in heat.csv every ${maps[0].dropped + 1}th is drawn.` : "";
    section(
      "Guest memory by age",
      note("Each row is a range of guest pages, low addresses below. Age is what the memory manager believes, from a sample of each range." + dropped),
      el("div", { class: "controls" }, picker("Colour", measures.map(([measure, text]) => [measure, text]), measures[0][0], (measure) => { show(measure); chart.flush(); })),
      place,
      silent,
    );
  },

  // [moment, row, value]
  cells(map, measure) {
    const width = map.ranges.length;
    return map[measure].flatMap((value, i) => (value === null ? [] : [[Math.floor(i / width), i % width, value]]));
  },

  map(map, [measure, text, remark, most], index, several) {
    const { seconds: moments, ranges } = map;
    const cells = heat.cells(map, measure);
    const title = map.configuration + (several ? ", " + map.guest : "");
    const mean = cells.reduce((sum, cell) => sum + cell[2], 0) / cells.length;
    return chart.figure({
      title,
      note: text + ": " + remark,
      height: 280,
      canvas: true,
      told: `${text}, ${ranges.length} ranges at ${moments.length} moments; the mean is ${format.figure(mean)}`,
      option: () => ({
        grid: chart.grid({ left: 62, right: 62, bottom: 42 }),
        xAxis: chart.axis("seconds of virtual time", { type: "category", data: moments.map((second) => format.figure(Number(second.toPrecision(4)))), axisLabel: { interval: Math.ceil(moments.length / 5) }, splitLine: { show: false } }),
        yAxis: chart.axis("", { type: "category", data: ranges.map(([first]) => course.short(first)), axisLabel: { interval: Math.ceil(ranges.length / 5) }, splitLine: { show: false } }),
        visualMap: { min: 0, max: most, calculable: false, right: 0, top: "middle", itemHeight: 130, itemWidth: 10, text: measure === "generation" ? ["old", "young"] : ["all", "none"], textStyle: { color: theme.soft, fontSize: 11 }, inRange: { color: measure === "generation" ? ["#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"] : ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"] } },
        tooltip: chart.tooltip((part) => chart.tip([[index, title, ""], [null, "seconds", format.figure(moments[part.value[0]])], [null, "pages from", format.count(ranges[part.value[1]][0])], [null, text, format.figure(part.value[2])]]), { trigger: "item" }),
        series: [{ type: "heatmap", data: cells, progressive: 0, emphasis: { disabled: true } }],
      }),
      data: () => {
        const last = cells.filter(([moment]) => moment === moments.length - 1);
        return table(`${text} at the last moment; all are in heat.csv`, [
          { title: "first page", cell: (cell) => format.count(ranges[cell[1]][0]) },
          { title: "pages", number: true, cell: (cell) => format.count(ranges[cell[1]][1]) },
          { title: text, number: true, cell: (cell) => format.figure(cell[2]) },
        ], last, { tall: true });
      },
    });
  },
};
