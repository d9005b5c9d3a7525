#!/usr/bin/env python3
"""Turns the JSON of `gleaner validate reclaim --json`, or of `... together --json`, on standard input into the Markdown
tables of docs/fidelity.md."""
import json
import sys

COUNTERS = ("pgscan", "pgsteal", "pgactivate", "pgdeactivate")


def span(least, most):
    return f"{least:,}" if least == most else f"{least:,} - {most:,}"


def off(counter, digits):
    error = counter["errorPercent"]
    if digits and abs(error) < 0.05:
        return "inside"
    return f"{error:+.{digits}f} %"


def row(r):
    cell, counters = r["cell"], r["counters"]
    faults = counters["pgmajfault"]
    ours = sorted(faults["gleaner"])
    gleaner = f"{faults['median']:,}"
    if ours[0] != ours[-1]:
        gleaner += f" ({span(ours[0], ours[-1])})"
    swap = cell["swap"] + (f" {cell['pageCluster']}" if cell["swap"] == "disk" else "")
    columns = [cell["kernel"], cell["trace"], cell["mode"], cell["kind"], swap, cell["ageEvery"] or "",
               f"{cell['memoryPages']:,}", span(faults["least"], faults["most"]), gleaner,
               off(faults, 1), off(counters["pswpout"], 1)]
    columns += [off(counters[c], 0) for c in COUNTERS]
    return "| " + " | ".join(str(c) for c in columns) + " |"


def together(rows):
    """A line for each run of traces together: what each faulted, the real kernel's and Gleaner's, and how far off."""
    print("| kernel | traces | LRU | kind | turn | limit | own limits | boots | real kernel, pgmajfault | Gleaner | off | all, off |")
    print("|" + "---|" * 12)
    for r in rows:
        cell, faults = r["cell"], [guest["pgmajfault"] for guest in r["guests"]]
        limits = [f"{name} {'+'.join(map(str, cell[name]))}" for name in ("high", "low", "max") if any(cell[name])]
        columns = [cell["kernel"], "+".join(cell["traces"]), cell["mode"], cell["kind"], f"{cell['turn']:,}", f"{cell['memoryPages']:,}",
                   " ".join(limits), r["runs"], "; ".join(span(each["least"], each["most"]) for each in faults),
                   "; ".join(f"{each['median']:,}" for each in faults), "; ".join(off(each, 1) for each in faults),
                   off(r["all"]["pgmajfault"], 1)]
        print("| " + " | ".join(str(c) for c in columns) + " |")


def main():
    rows = [r for r in json.load(sys.stdin)["rows"] if r["status"] in ("WITHIN", "OUTSIDE")]
    if rows and "guests" in rows[0]:
        together(rows)
        return
    rows.sort(key=lambda r: [str(r["cell"][k]) for k in ("kernel", "trace", "mode", "kind", "swap", "ageEvery")] + [r["cell"]["memoryPages"]])
    print("| kernel | trace | LRU | through | swap | forced aging | limit | real kernel, pgmajfault | Gleaner | off "
          "| pswpout off | pgscan | pgsteal | pgactivate | pgdeactivate |")
    print("|" + "---|" * 15)
    for r in rows:
        print(row(r))


main()
