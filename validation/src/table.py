#!/usr/bin/env python3
"""Turns the JSON of `gleaner validate reclaim --json` on standard input into the Markdown table of docs/fidelity.md."""
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


def main():
    rows = [r for r in json.load(sys.stdin)["rows"] if r["status"] in ("WITHIN", "OUTSIDE")]
    rows.sort(key=lambda r: [str(r["cell"][k]) for k in ("kernel", "trace", "mode", "kind", "swap", "ageEvery")] + [r["cell"]["memoryPages"]])
    print("| kernel | trace | LRU | through | swap | forced aging | limit | real kernel, pgmajfault | Gleaner | off "
          "| pswpout off | pgscan | pgsteal | pgactivate | pgdeactivate |")
    print("|" + "---|" * 15)
    for r in rows:
        print(row(r))


main()
