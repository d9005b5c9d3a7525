// A run while it goes on, and what came of it.

const live = {
  WORDS: { waiting: "waits for those before it", running: "running", done: "done", failed: "done; a check failed", cancelled: "cancelled", broken: "could not be run" },

  over: (run) => run.state !== "waiting" && run.state !== "running",

  chip: (run) => el("span", { class: "chip" + (run.state === "done" ? " good" : run.state === "failed" || run.state === "broken" ? " bad" : "") }, live.WORDS[run.state]),

  bar: (run) => (run.state === "running" ? el("progress", { "aria-label": "Progress of run " + run.id, max: 1, value: run.fraction }) : null),

  figures: (run) => page.facts([
    ["", run.state === "running" ? run.task : ""],
    ["", run.state === "running" && run.fraction !== null ? Math.floor(100 * run.fraction) + " %" : ""],
    ["rate", run.rate === null ? "" : format.figure(run.rate >= 10 ? Math.round(run.rate) : run.rate) + "/s"],
    ["left", run.secondsLeft === null ? "" : page.about(run.secondsLeft)],
    ["for", run.state === "waiting" ? "" : live.over(run) ? format.seconds(run.elapsedSeconds) : page.about(run.elapsedSeconds)],
  ]),

  // On the first page.
  card: (run) =>
    el("div", { class: "running" }, el("div", {}, page.link("runs/" + run.id, "Run " + run.id), " ", live.chip(run), run.result ? [" ", page.link(page.result(run.result), "report")] : null), el("code", {}, format.brief(run.command, 300)), live.bar(run), live.over(run) ? null : live.figures(run)),

  page() {
    live.state = el("p", { role: "status" });
    live.now = el("div", {});
    live.lines = el("pre", { tabindex: "0", "aria-label": "What it says" });
    live.cancel = el("button", { type: "button", onclick: live.stop }, "Cancel");
    live.after = el("div", {});
    page.main.append(
      el("h1", { id: "title" }, "Run " + data.run.id),
      live.state,
      live.now,
      el("div", { class: "controls" }, live.cancel),
      live.after,
      live.lines,
      el("h2", {}, "The same in a shell"),
      setting.command(data.run.command),
    );
    if (!live.show(data.run)) ask.every(500, "api/runs/" + data.run.id, live.show);
  },

  show(run) {
    if (live.was !== run.state) {
      live.was = run.state;
      live.state.replaceChildren(live.chip(run));
      document.title = `Gleaner: run ${run.id} ${live.WORDS[run.state]}`;
    }
    live.progress(run);
    live.lines.textContent = run.lines.join("\n");
    live.lines.hidden = run.lines.length === 0;
    const over = live.over(run);
    live.cancel.hidden = over;
    if (over) live.ended(run);
    return over;
  },

  progress(run) {
    if (live.over(run)) return live.now.replaceChildren(live.figures(run));
    const bar = live.now.querySelector("progress");
    if (bar && run.state === "running") {
      if (run.fraction === null) bar.removeAttribute("value");
      else bar.value = run.fraction;
      bar.nextSibling.replaceWith(live.figures(run));
    } else {
      live.now.replaceChildren(...[live.bar(run), live.figures(run)].filter(Boolean));
    }
  },

  ended(run) {
    const said = { cancelled: run.result ? "What was finished is kept." : "Nothing was finished.", broken: "It ended with a fault:" }[run.state];
    live.after.replaceChildren(...[
      said ? el("p", {}, said) : null,
      run.result ? el("p", {}, el("a", { class: "primary", href: data.base + page.result(run.result) }, "Open the report")) : null,
      run.printed ? el("pre", { tabindex: "0", "aria-label": "What it printed" }, run.printed.trimEnd()) : null,
    ].filter(Boolean));
  },

  async stop() {
    live.cancel.disabled = true;
    live.cancel.textContent = "Cancelling";
    await ask.post(`api/runs/${data.run.id}/cancel`).catch(() => null);
  },
};
