#!/usr/bin/env python3
"""console.py CONSOLE SETTING...: prints a line of JSON for each result on the guest's console.
console.py --csv TABLE CONSOLE SETTING...: appends a row for each to the table, which is made if need be.

A SETTING is a word such as kernel=6.12; it goes into each result."""
import csv
import json
import os
import re
import sys

COLUMNS = ('kernel trace mode kind swap page_cluster age_every mem_pages accesses distinct rep majflt pswpin pswpout '
           'pgscan pgsteal pgrefill pgactivate pgdeactivate workingset_refault_anon workingset_activate_anon '
           'workingset_restore_anon thp').split()


def results(console, setting):
    """The results, with the `memory.stat` of the idle cgroup beside where there was one."""
    idle = {}
    for line in console:
        found = re.match(r'BESIDE (\d+) (.*)', line)
        if found:
            words = found[2].split()
            idle[int(found[1])] = {name: int(value) for name, value in zip(words[::2], words[1::2])}
    for line in console:
        found = re.match(r'RESULT (\d+) (\{.*\})?\s*$', line)
        if found:
            result = json.loads(found[2]) if found[2] else {'error': 'killed by the out-of-memory killer'}
            beside = {'beside': idle[int(found[1])]} if int(found[1]) in idle else {}
            yield {**setting, 'rep': int(found[1]), **result, **beside}


def row(result):
    """The cgroup's counters; those that it does not count are the system's, whose only task runs in the cgroup."""
    counters = {**result['vmstat'], **result['memcg']}
    return [result.get(column, counters.get(column, 0)) for column in COLUMNS]


def append(table, rows):
    """Appends by the columns that the table has; one that never had huge pages has no column for them."""
    columns = COLUMNS
    if os.path.exists(table):
        with open(table, newline='') as file:
            columns = next(csv.reader(file))
        if 'thp' not in columns and any(row[COLUMNS.index('thp')] != 'never' for row in rows):
            sys.exit(f'{table}: has no column thp, and these runs have huge pages; give another table')
        rows = [[dict(zip(COLUMNS, row)).get(column, '') for column in columns] for row in rows]
    else:
        rows = [columns] + rows
    with open(table, 'a', newline='') as file:
        csv.writer(file, lineterminator='\n').writerows(rows)


def main(words):
    table = None
    if words[0] == '--csv':
        table, words = words[1], words[2:]
    with open(words[0], errors='replace') as file:
        console = file.readlines()
    found = list(results(console, dict(word.split('=', 1) for word in words[1:])))
    if not found:
        sys.exit('no result on the console; its last lines:\n' + ''.join(console[-15:]))
    good = [result for result in found if 'error' not in result]
    for result in found:
        if 'error' in result:
            print(f"repetition {result['rep']}: {result['error']}", file=sys.stderr)
    if table:
        append(table, [row(result) for result in good])
    else:
        for result in good:
            print(json.dumps(result))
    return 0 if len(good) == len(found) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
