// What a search over schedules found: who did what, in which order, to which word.

const checks = {
  page(result) {
    const broken = result.searches.filter((search) => !search.asExpected);
    const found = result.searches.filter((search) => search.run);
    section(
      "Searches",
      table("Each program as it is, and with each of its known bugs", [
        { title: "program", cell: (search) => search.program },
        { title: "variant", cell: (search) => name(search.variant, 50) },
        { title: "verdict", cell: (search) => el("span", { class: "chip " + (search.asExpected ? "good" : "bad") }, search.verdict) },
        { title: "finding", cell: (search) => (search.finding ? el("span", { class: "long" }, search.detector + ": " + format.brief(search.finding, 160)) : "") },
        { title: "bound", number: true, cell: (search) => search.bound ?? "none" },
        { title: "schedules", number: true, cell: (search) => format.count(search.schedules) },
        { title: "steps", number: true, cell: (search) => format.count(search.steps) },
        { title: "switches", number: true, cell: (search) => search.contextSwitches ?? "" },
      ], result.searches, { tall: result.searches.length > 25 }),
    );
    // What should not be comes first; the known bugs follow, closed where there are many.
    const order = [...found].sort((a, b) => Number(a.asExpected) - Number(b.asExpected));
    order.forEach((search, i) => checks.finding(search, i < Math.max(3, broken.length)));
    setting.section(result, null);
  },

  finding(search, open) {
    const { run } = search;
    const diagram = () => checks.diagram(search);
    section(
      search.program + (search.asExpected ? " with " + search.variant : ", broken"),
      note(run.asks),
      el("p", {}, el("span", { class: "chip bad" }, search.detector), " ", name(search.finding, 400)),
      open ? diagram() : more("The interleaving", diagram),
      el("p", { class: "note" }, `${search.contextSwitches} context switches. To replay it:`),
      el("pre", { tabindex: "0", "aria-label": "Command" }, run.replay),
    );
  },

  // A lane for each actor; time goes down.
  diagram({ run, finding, detector, program, variant }) {
    const { actors, steps } = run;
    let before = -1;
    const rows = steps.map((step, i) => {
      const turn = step.actor !== before;
      before = step.actor;
      const last = i === steps.length - 1;
      const changed = step.before !== undefined && step.before !== null;
      return el(
        "tr",
        { class: turn ? "switch" : null },
        el("th", { class: "n", scope: "row" }, i + 1),
        actors.map((_, lane) =>
          lane === step.actor
            ? el(
                "td",
                { class: "lane act" + (last ? " last" : "") },
                step.privateSteps ? el("div", { class: "note" }, `${step.privateSteps} private ${step.privateSteps === 1 ? "step" : "steps"}`) : null,
                step.function ? el("div", { class: "note" }, step.function) : null,
                el("div", { class: "mono" }, el("b", {}, step.kind), " ", step.word),
                changed ? el("div", { class: "mono" }, step.before === step.after ? "= " + step.before : [step.before, " → ", el("b", {}, step.after)]) : null,
              )
            : el("td", { class: "lane" }),
        ),
      );
    });
    const caption = `Interleaving of ${program} with ${variant}`;
    return el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      el(
        "table",
        { class: "steps" },
        el("caption", {}, "Each lane is an actor, each row a step that another could notice; a line marks a change of actor."),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "step"), actors.map((actor, i) => el("th", { scope: "col" }, key(i), actor)))),
        el("tbody", {}, rows, el("tr", { class: "switch" }, el("td", {}), el("td", { colspan: actors.length, class: "last" }, el("b", {}, detector + ": "), finding))),
      ),
    );
  },
};
