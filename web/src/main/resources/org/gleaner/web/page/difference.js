// Two or more results: what changed in the configuration, and what in the results.

const difference = {
  page({ difference: found, headline }) {
    const names = found.names;
    setting.head(headline, { complete: true });
    const columns = names.map((each, i) => ({ title: el("span", {}, key(i), name(each, 30)), index: i }));
    section(
      "Configuration",
      found.settings.length
        ? table("What differs in what was asked", [{ title: "key", cell: (row) => el("code", { class: "long" }, row.path) }, ...columns.map(({ title, index }) => ({ title, cell: (row) => el("span", { class: "long" }, format.brief(row.values[index] ?? "not there", 300)) }))], found.settings)
        : note("Nothing differs: the same was asked of all."),
    );
    difference.results(found, columns);
    found.commands.forEach((command, i) => section("Result of " + names[i], el("p", {}, key(i), name(names[i], 200)), setting.command(command)));
    document.getElementById("foot").append("Made by gleaner report from the result.json of each directory.");
  },

  results(found, columns) {
    const place = el("div", {});
    let part = "";
    const value = (row, index) => format.named(row.path, row.values[index] ?? null);
    const show = () => {
      const shown = found.results.filter((row) => row.path.toLowerCase().includes(part));
      const most = 400;
      place.replaceChildren(
        table("Figures that differ, the largest difference first" + (shown.length > most ? `; ${most} of ${format.count(shown.length)}` : ""), [
          { title: "figure", cell: (row) => el("code", { class: "long" }, row.path) },
          ...columns.map(({ title, index }) => ({ title: title.cloneNode(true), number: true, cell: (row) => value(row, index) })),
          { title: "most / least", number: true, cell: (row) => (row.ratio === null ? "from 0" : format.times(row.ratio)) },
        ], shown.slice(0, most), { tall: true }),
      );
    };
    show();
    const top = found.results.filter((row) => row.ratio !== null && row.values.every((each) => typeof each === "number") && found.main.includes(row.path)).slice(0, 6);
    const search = el("input", { type: "search", size: "14", oninput: (event) => ((part = event.target.value.toLowerCase()), show()) });
    section(
      "Results",
      note(`${format.count(found.same)} figures are the same in all; ${format.count(found.results.length)} differ. What depends on the machine that Gleaner ran on is left out.`),
      top.length ? el("div", { class: "grid" }, top.map((row) => comparison.bars(format.label(row.path), row.path, row.values.map((each, index) => ({ name: found.names[index], index, value: each }))))) : null,
      el("div", { class: "controls" }, el("label", {}, "Names with", search)),
      place,
    );
  },
};
