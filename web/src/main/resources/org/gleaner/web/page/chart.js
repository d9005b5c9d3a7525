// Charts by ECharts, each a figure with a legend of buttons and its data as a table.

const chart = {
  waiting: [],
  drawn: [],

  // title, note, height
  // series: [{name, index}]: one button each; none if there is only one
  // option(shown, theme): what ECharts draws, of the series that are shown
  // told: a sentence for those who do not see it; data(): its table
  figure(spec) {
    const hidden = new Set();
    const plot = el("div", { class: "plot", role: "img", "aria-label": spec.title + ". " + (spec.told ?? ""), style: { height: (spec.height ?? 260) + "px" } });
    const series = spec.series ?? [];
    const legend = series.length < 2 || spec.bare ? null : chart.legend(series, hidden, () => draw());
    const figure = el(
      "figure",
      {},
      el("figcaption", {}, el("h3", {}, spec.title), spec.note ? note(spec.note) : null),
      legend,
      plot,
      spec.data ? more("Data", spec.data) : null,
    );
    let drawing = null;
    const draw = () => {
      drawing ??= echarts.init(plot, null, { renderer: spec.canvas ? "canvas" : "svg" });
      const option = spec.option(series.filter((each) => !hidden.has(each.name)), theme);
      drawing.setOption({ animation: false, textStyle: { fontFamily: "system-ui, sans-serif", color: theme.ink }, ...option }, { notMerge: true });
    };
    chart.waiting.push(draw);
    chart.drawn.push({ plot, draw, resize: () => drawing?.resize(), dispose: () => drawing?.dispose() });
    return figure;
  },

  legend(series, hidden, change) {
    return el(
      "div",
      { class: "legend", role: "group", "aria-label": "Shown in this chart" },
      series.map((each) =>
        el(
          "button",
          {
            type: "button",
            "aria-pressed": "true",
            onclick: (event) => {
              const shown = hidden.has(each.name);
              if (shown) hidden.delete(each.name);
              else hidden.add(each.name);
              event.currentTarget.setAttribute("aria-pressed", String(shown));
              change();
            },
          },
          el("span", { class: "swatch", "aria-hidden": "true", style: { background: "var(--c" + (each.index % 8) + ")" } }),
          name(each.name, 40),
        ),
      ),
    );
  },

  // The first at once, the others when the page has answered in between.
  start() {
    const next = () => {
      const draw = chart.waiting.shift();
      if (draw) {
        draw();
        document.documentElement.dataset.first ??= String(Math.round(performance.now()));
        setTimeout(next, 0);
      } else {
        document.documentElement.dataset.ready = String(Math.round(performance.now()));
      }
    };
    let due = 0;
    const resize = () => chart.drawn.forEach((each) => each.resize());
    addEventListener("resize", () => {
      clearTimeout(due);
      due = setTimeout(resize, 100);
    });
    addEventListener("beforeprint", resize);
    addEventListener("afterprint", resize);
    theme.listeners.push(() => document.documentElement.dataset.ready && chart.drawn.forEach((each) => each.draw()));
    next();
  },

  // Draws what was added after the start, and forgets what is no longer on the page.
  flush() {
    chart.waiting.splice(0).forEach((draw) => draw());
    chart.drawn = chart.drawn.filter((each) => each.plot.isConnected || each.dispose());
  },

  axis(title, more = {}) {
    return {
      name: title,
      nameLocation: "middle",
      nameGap: more.nameGap ?? 26,
      nameTextStyle: { color: theme.soft },
      axisLine: { lineStyle: { color: theme.line } },
      axisTick: { show: false },
      axisLabel: { color: theme.soft, hideOverlap: true, ...more.axisLabel },
      splitLine: { lineStyle: { color: theme.line, opacity: 0.6 } },
      ...Object.fromEntries(Object.entries(more).filter(([field]) => field !== "axisLabel" && field !== "nameGap")),
    };
  },

  grid: (more = {}) => ({ left: 64, right: 18, top: 16, bottom: 42, ...more }),

  // What the pointer is over: lines of [index, name, value].
  tip(lines) {
    return el("div", {}, lines.map(([index, label, value]) => el("div", {}, index === null ? null : key(index), name(label, 40), value === "" ? "" : ": ", el("b", {}, value))));
  },

  tooltip(formatter, more = {}) {
    return { trigger: "axis", confine: true, backgroundColor: theme.paper, borderColor: theme.line, textStyle: { color: theme.ink, fontSize: 13 }, formatter, ...more };
  },
};
