// Where a result comes from, and what makes it again.

const setting = {
  head(headline, result) {
    document.getElementById("head").append(...[
      el("h1", {}, name(headline.title, 120)),
      headline.question ? el("p", { class: "question" }, headline.question) : null,
      headline.answer.length ? el("div", { class: "answer" }, headline.answer.map((line) => el("p", {}, name(line, 400)))) : null,
      result.complete === false ? el("div", { class: "notice", role: "note" }, `Not complete: ${result.finished} of ${result.asked} are there. Missing: ${format.brief((result.missing ?? []).join(", "), 400)}`) : null,
      (result.failures ?? []).length ? el("div", { class: "notice", role: "note" }, result.failures.slice(0, 10).map((line) => el("p", {}, name(line, 400)))) : null,
      el("ul", { class: "facts" }, headline.facts.map(({ name: what, value }) => el("li", {}, what + " ", el("b", {}, name(value, 60))))),
    ].filter(Boolean));
  },

  // A file beside the page; it is only linked to, and read by nobody here.
  events(file) {
    document.getElementById("head").append(el("p", { class: "note" }, "What the kernel's tracepoints would tell, and waits for locks, are in ", el("a", { href: file, download: true }, file), " beside this page; it opens in Perfetto (ui.perfetto.dev)."));
  },

  section(result, value) {
    section(
      "Configuration",
      note("This command makes the result again" + ((result.engine ?? result.results?.[0]?.engine) === "virtual" ? ", to the last bit." : ".")),
      setting.command(result.command ?? ""),
      el("dl", { class: "tree" }, [["version", result.version], ["started", result.date], ["seed", setting.seeds(result)]].filter(([, each]) => each !== undefined && each !== "").map(([what, each]) => [el("dt", {}, what), el("dd", {}, String(each))])),
      (result.assumptions ?? result.caveats ?? []).length ? [el("h3", {}, "What is assumed"), el("ul", {}, (result.assumptions ?? result.caveats).map((line) => el("li", {}, name(line, 600))))] : null,
      value ? el("details", { open: true }, el("summary", {}, "All keys"), tree(value)) : null,
    );
    document.getElementById("foot").append(`Made by ${result.version ?? "gleaner"} from result.json and the tables beside it; gleaner report makes it again.`);
  },

  command(text) {
    const shown = el("pre", { tabindex: "0", "aria-label": "Command" }, text);
    const said = el("span", { role: "status", class: "note" });
    const copy = el("button", { type: "button", onclick: () => navigator.clipboard?.writeText(text).then(() => (said.textContent = "copied"), () => (said.textContent = "select the line and copy it")) }, "Copy the command");
    return el("div", {}, shown, navigator.clipboard ? el("div", { class: "controls" }, copy, said) : null);
  },

  seeds: (result) => result.seeds?.join(", ") ?? result.scenario?.seed ?? result.seed ?? result.results?.[0]?.seed ?? "",
};
