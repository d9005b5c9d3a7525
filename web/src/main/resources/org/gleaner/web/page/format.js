// Numbers as people read them. Three digits tell results apart; a count is told to the last one.

const format = {
  count: (n) => Math.round(n).toLocaleString("en-US"),

  figure(n) {
    if (n === null || n === undefined || Number.isNaN(n)) return "";
    if (!Number.isFinite(n)) return "∞";
    if (Number.isInteger(n) || Math.abs(n) >= 1000) return format.count(n);
    if (n === 0) return "0";
    return Math.abs(n) < 1e-4 ? n.toExponential(2) : n.toPrecision(3);
  },

  seconds(s) {
    if (s === null || s === undefined) return "";
    const a = Math.abs(s);
    if (a === 0) return "0 s";
    if (a >= 0.9995) return format.figure(a >= 1000 ? Math.round(s) : Number(s.toPrecision(3))) + " s";
    if (a >= 0.9995e-3) return (s * 1e3).toPrecision(3) + " ms";
    if (a >= 0.9995e-6) return (s * 1e6).toPrecision(3) + " µs";
    return (s * 1e9).toPrecision(3) + " ns";
  },

  nanos: (n) => (n === null || n === undefined ? "" : format.seconds(n / 1e9)),
  percent: (p) => (p === null || p === undefined ? "" : format.figure(p) + " %"),
  times: (r) => (r === null || r === undefined ? "" : Number.isFinite(r) ? (r >= 1000 ? format.count(r) : r.toPrecision(3)) + " ×" : "∞"),

  // A value by what its field is called, or a field on the way to it.
  named(name, value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (typeof value !== "number") return String(value);
    if (/Seconds$|(^|\.)seconds(\.|$)/.test(name)) return format.seconds(value);
    if (/Nanos(PerPage)?$/.test(name)) return format.nanos(value);
    if (/Percent$|^percent$/.test(name)) return format.percent(value);
    return format.figure(value);
  },

  // pgmajfault stays; machineSeconds becomes "machine".
  label(path) {
    if (path === "machineSeconds") return "time";
    const phase = /^(?:phases\.(.*)\.seconds|seconds\.(.*))$/.exec(path);
    if (phase) return phase[1] ?? phase[2];
    const guest = /^guests\.(.*)\.(?:memoryStat\.|residentPages\.)(pgmajfault|last)$/.exec(path);
    if (guest) return format.brief(guest[1], 40) + (guest[2] === "last" ? ": resident pages, in the end" : ": major faults");
    return path
      .split(".")
      .map((word) => (/^[a-z0-9]+[A-Z]/.test(word) ? word.replace(/(Seconds|Nanos|Percent)$/, "").replace(/([a-z0-9])([A-Z])/g, (_, a, b) => a + " " + b.toLowerCase()) : word))
      .join(" · ");
  },

  // What a long name is cut to where there is little room; the whole one is elsewhere.
  brief: (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text),
};
