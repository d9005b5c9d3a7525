// A form of a scenario: every key of its schema with what is written in it. What is changed becomes settings of the command, and the
// reader of scenarios says what is wrong with them.

const form = {
  SKIPPED: new Set(["kind", "scale", "seed"]),
  PLAIN: /^[A-Za-z0-9_.][A-Za-z0-9_.%/+-]*( [A-Za-z0-9_.%/+-]+)*$/,
  made: 0,

  page() {
    const { form: about, scenario } = data;
    form.written = about.written;
    form.values = structuredClone(about.written);
    form.options = {};
    form.fields = new Map();
    const kind = about.written.kind ?? scenario;
    const definitions = about.schema.$defs;
    form.definitions = definitions;
    const schema = Object.values(definitions).find((each) => each.properties?.kind?.const === kind);
    form.shown = el("div", {});
    form.wrong = el("p", { class: "wrong", role: "status" });
    form.start = el("button", { type: "submit", class: "primary" }, "Start the run");
    page.main.append(
      el("h1", {}, "Run ", scenario),
      el("p", { class: "question" }, about.question[0].toUpperCase() + about.question.slice(1)),
      el("p", { class: "note" }, `Takes ${about.takes}. Change what you like; what you leave is the scenario's own.`),
      el(
        "form",
        { class: "sides", novalidate: true, autocomplete: "off", onsubmit: form.submit },
        el("div", {}, form.run(about.options), form.object(schema, form.values, form.written, "", "Scenario")),
        el("aside", { class: "launch", "aria-label": "Start" }, el("h2", {}, "Start"), note("The same in a shell:"), form.shown, form.wrong, el("div", { class: "controls" }, form.start, el("button", { type: "button", onclick: () => location.reload() }, "Reset"))),
      ),
    );
    form.check();
  },

  group(title, open, said, ...children) {
    return el("details", { class: "group", open }, el("summary", {}, title, said ? el("span", { class: "note" }, said) : null), ...children);
  },

  // How it is run: options of the command.
  run(options) {
    return form.group(
      "How it is run",
      true,
      "",
      el("div", { class: "fields" }, options.map((option) => {
        const change = (value) => {
          if (value === "") delete form.options[option.name];
          else form.options[option.name] = value;
          form.changed();
        };
        const id = "f" + ++form.made;
        const label = option.name;
        const input = option.value
          ? el("input", { id, spellcheck: "false", placeholder: option.value, oninput: (event) => change(event.target.value.trim()) })
          : el("input", { id, type: "checkbox", onchange: (event) => change(event.target.checked ? "true" : "") });
        return form.field(option.name, id, label, input, option.description, () => option.name in form.options, !option.value);
      })),
    );
  },

  field(key, id, label, input, hint, isChanged, flag, was) {
    const fault = el("p", { class: "fault", id: id + "e" });
    input.setAttribute("aria-describedby", `${id}h ${id}e`);
    const node = el(
      "div",
      { class: "field" },
      flag ? el("label", { for: id, class: "flag" }, input, label) : [el("label", { for: id }, label), input],
      el("p", { class: "hint", id: id + "h" }, hint, form.was(was)),
      fault,
    );
    form.fields.set(key, { node, input, fault, isChanged });
    return node;
  },

  was: (was) => (was === undefined ? null : el("span", { class: "was" }, " Was ", el("b", {}, was === "" ? "nothing" : was), ".")),

  resolve: (schema) => (schema.$ref ? { ...form.definitions[schema.$ref.split("/").pop()], description: schema.description } : schema),

  // The keys of an object: plain ones first, then a group for each that has parts.
  object(schema, values, written, path, title) {
    const plain = [];
    const groups = [];
    for (const [key, each] of Object.entries(schema.properties)) {
      if ((path === "" && form.SKIPPED.has(key)) || each.deprecated) continue;
      const part = form.resolve(each);
      const where = path ? path + "." + key : key;
      if (part.properties) {
        values[key] ??= {};
        groups.push(form.object(part, values[key], written?.[key], where, key));
      } else if (part.type === "array" && form.resolve(part.items).properties) {
        groups.push(form.list(key, part, values, written, where));
      } else {
        plain.push(form.value(key, part, values, written, where));
      }
    }
    const open = path === "" || path === "host" || path === "guest";
    return form.group(title, open, "", plain.length ? el("div", { class: "fields" }, plain) : null, groups);
  },

  // Several objects of one kind, of which there may be more or fewer.
  list(key, schema, values, written, path) {
    const items = form.resolve(schema.items);
    const body = el("div", {});
    const count = el("span", { class: "note" });
    const draw = () => {
      for (const each of [...form.fields.keys()]) if (each.startsWith(path + ".")) form.fields.delete(each);
      const all = values[key] ?? [];
      count.textContent = all.length === 0 ? "none" : String(all.length);
      body.replaceChildren(
        note(schema.description ?? ""),
        ...all.map((item, i) => {
          const inner = form.object(items, item, written?.[key]?.[i], path + "." + i, item.name ?? item.at ?? String(i + 1));
          inner.open = false;
          inner.append(el("div", { class: "controls" }, el("button", { type: "button", onclick: () => {
            all.splice(i, 1);
            draw();
            form.changed();
            body.querySelector("button, summary")?.focus();
          } }, "Remove ", item.name ?? "this")));
          return inner;
        }),
        el("div", { class: "controls" }, el("button", { type: "button", onclick: () => {
          const fresh = structuredClone(all.at(-1) ?? Object.fromEntries((items.required ?? []).map((each) => [each, ""])));
          if (fresh.name) fresh.name += "-" + (all.length + 1);
          values[key] = [...all, fresh];
          draw();
          form.changed();
          const last = [...body.children].filter((each) => each.tagName === "DETAILS").at(-1);
          last.open = true;
          last.querySelector("summary").focus();
        } }, "Add one")),
      );
    };
    draw();
    const group = form.group(key, false, "", body);
    group.querySelector("summary").append(count);
    return group;
  },

  value(key, schema, values, written, path) {
    const id = "f" + ++form.made;
    const was = written?.[key];
    const change = (value) => {
      values[key] = value;
      form.changed();
    };
    const isChanged = () => form.differs(was, values[key]);
    const hint = schema.description ?? "";
    if (schema.type === "array") return form.choices(key, schema, values, path, isChanged, change);
    const choices = schema.type === "boolean" ? ["true", "false"] : schema.enum ? [...new Set(schema.enum.map(String))] : null;
    const input = choices
      ? el("select", { id, onchange: (event) => change(event.target.value) }, (was === undefined ? [""] : []).concat(choices).map((each) => el("option", { value: each, selected: each === (values[key] ?? "") }, each || "not given")))
      : el("input", { id, spellcheck: "false", inputmode: schema.type === "integer" ? "numeric" : null, value: values[key] ?? null, placeholder: was === undefined ? "not given" : null, oninput: (event) => change(event.target.value.trim()) });
    return form.field(path, id, key, input, hint, isChanged, false, was);
  },

  // Any of some words.
  choices(key, schema, values, path, isChanged, change) {
    const id = "f" + ++form.made;
    const chosen = new Set(values[key] ?? []);
    const boxes = schema.items.enum.map((each) => el("label", {}, el("input", { type: "checkbox", checked: chosen.has(each), onchange: (event) => {
      if (event.target.checked) chosen.add(each);
      else chosen.delete(each);
      change(schema.items.enum.filter((one) => chosen.has(one)));
    } }), each));
    const fault = el("p", { class: "fault", id: id + "e" });
    const group = el("div", { class: "choices", role: "group", "aria-labelledby": id, "aria-describedby": `${id}h ${id}e` }, boxes);
    const node = el("div", { class: "field" }, el("span", { class: "legend-text", id }, key), group, el("p", { class: "hint", id: id + "h" }, schema.description ?? ""), fault);
    form.fields.set(path, { node, input: boxes[0].firstChild, fault, isChanged });
    return node;
  },

  // What is left out and what is empty are the same.
  differs: (was, is) => form.flow(form.bare(was) ?? "") !== form.flow(form.bare(is) ?? "") && is !== undefined && is !== "",

  bare(value) {
    if (Array.isArray(value)) return value.map(form.bare);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, form.bare(each)]).filter(([, each]) => each !== undefined && each !== "" && !(typeof each === "object" && !Array.isArray(each) && Object.keys(each).length === 0)));
  },

  // YAML on one line.
  flow(value) {
    if (Array.isArray(value)) return "[" + value.map(form.flow).join(", ") + "]";
    if (value !== null && typeof value === "object") return "{" + Object.entries(value).map(([key, each]) => key + ": " + form.flow(each)).join(", ") + "}";
    return form.PLAIN.test(String(value)) ? String(value) : JSON.stringify(String(value));
  },

  settings() {
    const settings = {};
    const walk = (was, is, path) => {
      if (Array.isArray(is)) {
        const same = Array.isArray(was) && was.length === is.length && is.every((each) => typeof each === "object");
        if (same) is.forEach((each, i) => walk(was[i], each, path + "." + i));
        else if (form.differs(was ?? [], is)) settings[path] = form.flow(form.bare(is));
      } else if (is !== null && typeof is === "object") {
        for (const [key, each] of Object.entries(is)) walk(was?.[key], each, path ? path + "." + key : key);
      } else if (form.differs(was, is)) {
        settings[path] = form.flow(is);
      }
    };
    walk(form.written, form.values, "");
    return settings;
  },

  launch: () => ({ scenario: data.scenario, options: form.options, settings: form.settings() }),

  changed() {
    for (const each of form.fields.values()) each.node.classList.toggle("changed", each.isChanged());
    clearTimeout(form.timer);
    form.timer = setTimeout(form.check, 250);
  },

  async check() {
    const asked = (form.asked = form.launch());
    const prepared = await ask.post("api/check", asked).catch((fault) => ({ command: "", faults: [{ field: "", message: fault.message }] }));
    if (prepared && form.asked === asked) form.told(prepared);
    return prepared;
  },

  told(prepared) {
    form.shown.replaceChildren(setting.command(prepared.command));
    for (const each of form.fields.values()) {
      each.fault.textContent = "";
      each.input.removeAttribute("aria-invalid");
    }
    const all = prepared.faults.map((fault) => {
      const field = form.fields.get(fault.field);
      if (!field) return (fault.field ? fault.field + ": " : "") + fault.message;
      field.fault.textContent = fault.message;
      field.input.setAttribute("aria-invalid", "true");
      return `${fault.field}: ${fault.message}`;
    });
    form.wrong.textContent = all.join(" ");
  },

  async submit(event) {
    event.preventDefault();
    clearTimeout(form.timer);
    form.start.disabled = true;
    const prepared = await form.check();
    if (prepared && prepared.faults.length === 0) {
      const started = await ask.post("api/runs", form.launch()).catch((fault) => ((form.wrong.textContent = fault.message), null));
      if (started?.page) return void (location.href = started.page);
    }
    form.start.disabled = false;
    const field = form.fields.get(prepared?.faults[0]?.field);
    if (field) {
      for (let each = field.node.parentElement; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
      field.input.focus();
    }
  },
};
