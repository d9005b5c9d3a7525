// Results, runs that go on, and what can be run.

const home = {
  chosen: new Set(),
  shown: "",

  page() {
    home.runs = el("div", {});
    home.list = el("ol", { class: "plain" });
    home.said = el("p", { class: "note", role: "status" });
    home.compare = el("button", { type: "button", class: "primary", disabled: true, onclick: home.go }, "Compare");
    home.filter = el("input", { type: "search", id: "filter", autocomplete: "off", spellcheck: "false", oninput: () => home.results(home.last) });
    const offers = data.offers.map((offer) => el("li", { class: "offer" }, page.link("new/" + encodeURIComponent(offer.name), offer.name), el("p", {}, offer.question[0].toUpperCase() + offer.question.slice(1)), el("p", {}, "Takes " + offer.takes + ".")));
    page.main.append(
      el("h1", {}, "Results"),
      page.facts([["in", name(data.directory, 120)]]),
      home.runs,
      el(
        "div",
        { class: "sides" },
        el("section", { "aria-label": "Results" }, el("div", { class: "controls" }, el("label", { for: "filter" }, "Filter"), home.filter, home.compare), home.said, home.list),
        offers.length ? el("section", { "aria-labelledby": "start" }, el("h2", { id: "start" }, "Start a run"), el("ul", { class: "plain" }, offers)) : null,
      ),
    );
    home.show(data.now);
    ask.every(2000, "api/state", home.show);
  },

  show(now) {
    home.last = now.results;
    const going = now.runs.filter((run) => run.state === "waiting" || run.state === "running");
    const ended = now.runs.filter((run) => run.state !== "waiting" && run.state !== "running").slice(0, 3);
    const text = JSON.stringify([going, ended]);
    if (home.was !== text && !home.runs.contains(document.activeElement)) {
      home.was = text;
      home.runs.replaceChildren(...(going.length + ended.length ? [el("section", { "aria-labelledby": "runs" }, el("h2", { id: "runs" }, "Runs of this server"), [...going, ...ended].map(live.card))] : []));
    }
    home.results(now.results);
  },

  results(found) {
    const wish = home.filter.value.trim().toLowerCase();
    const entries = found.entries.filter((entry) => !wish || [entry.name, entry.title, entry.question, entry.answer, entry.kind].join(" ").toLowerCase().includes(wish));
    const state = JSON.stringify([entries, found.older]);
    if (state === home.shown) return;
    home.shown = state;
    for (const each of [...home.chosen]) if (!found.entries.some((entry) => entry.name === each)) home.chosen.delete(each);
    const focused = document.activeElement?.id;
    home.list.replaceChildren(...entries.map(home.entry));
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
    const older = found.older ? `, and ${format.count(found.older)} older ones that are not looked through` : "";
    home.said.textContent = found.entries.length === 0 ? "There are no results yet. Start a run, or run gleaner in a terminal." : wish ? `${entries.length} of ${found.entries.length} results${older}` : `${found.entries.length} results, the newest first${older}. Tick two or more to compare them.`;
    home.ready();
  },

  entry(entry, i) {
    const id = "r" + i;
    const box = el("input", { type: "checkbox", id: "c" + entry.name, "aria-label": "Compare " + entry.name.slice(0, 80), disabled: entry.fault !== "", checked: home.chosen.has(entry.name), onchange: (event) => {
      if (event.target.checked) home.chosen.add(entry.name);
      else home.chosen.delete(entry.name);
      home.ready();
    } });
    return el(
      "li",
      { class: "result" },
      box,
      el(
        "div",
        {},
        el("h3", { id }, entry.fault ? name(entry.name, 100) : page.link(page.result(entry.name), name(entry.title, 100))),
        entry.fault ? el("p", { class: "said" }, el("span", { class: "chip bad" }, "cannot be shown"), " ", name(entry.fault, 200)) : null,
        entry.answer ? el("p", { class: "said" }, name(entry.answer, 300)) : null,
        entry.question ? el("p", { class: "asked" }, name(entry.question, 200)) : null,
        page.facts([["", name(entry.kind, 60)], ["", page.when(entry.date)], ["", name(entry.name, 100)], ["", entry.complete || entry.fault ? "" : el("span", { class: "chip bad" }, "not complete")]].filter(([, value]) => value !== "")),
      ),
    );
  },

  ready() {
    const n = home.chosen.size;
    home.compare.disabled = n < 2;
    home.compare.textContent = n < 2 ? "Compare" : `Compare ${n}`;
  },

  go() {
    location.href = data.base + "compare?" + [...home.chosen].map((each) => "with=" + encodeURIComponent(each)).join("&");
  },
};
