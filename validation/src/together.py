#!/usr/bin/env python3
"""together.py TABLE JOBS CONSOLE KERNEL BOOT: appends a row to the table for each run of traces together on the guest's
console, and prints it. What each trace counted stands in one field, in their order, with + between.

With JSON=FILE in the environment, all that was counted is appended there, a line for each trace."""
import csv
import json
import os
import re
import sys

COLUMNS = ('kernel traces mode kind turn mem_pages high low max accesses distinct boot majflt pgscan pgsteal refault activate '
           'pswpin pswpout').split()


def join(values):
    return '+'.join(str(value) for value in values)


def row(kernel, boot, job, results):
    words = job.split()
    _, pages, mode, kind, turn, high, low, limit = words[:8]
    stats = [result['memcg'] for result in results]
    counted = [[each.get(name, 0) for each in stats] for name in
               ('pgscan', 'pgsteal', 'workingset_refault_anon', 'workingset_activate_anon')]
    system = results[0]['vmstat']   # of the first, whose turns begin before all others'
    return [kernel, join(words[8:]), mode, kind, turn, pages, *(each.replace(',', '+') for each in (high, low, limit)),
            join(each['accesses'] for each in results), join(each['distinct'] for each in results), boot,
            join(each['majflt'] for each in results), *map(join, counted), system.get('pswpin', 0), system.get('pswpout', 0)]


def main(table, jobs, console, kernel, boot):
    with open(jobs) as file:
        jobs = file.read().splitlines()
    with open(console, errors='replace') as file:
        lines = file.read().splitlines()
    found = {}
    for line in lines:
        at = re.match(r'TOGETHER (\d+) (\d+) [^{]*(\{.*\})?\s*$', line)
        if at:
            found.setdefault(int(at[1]), []).append(json.loads(at[3]) if at[3] else {'error': 'killed by the out-of-memory killer'})
    rows = []
    for number, results in found.items():
        errors = [result['error'] for result in results if 'error' in result]
        if errors:
            print(f'{jobs[number]}: {errors[0]}', file=sys.stderr)
            continue
        rows.append(row(kernel, boot, jobs[number], results))
        if os.environ.get('JSON'):
            with open(os.environ['JSON'], 'a') as file:
                for i, result in enumerate(results):
                    print(json.dumps({'kernel': kernel, 'boot': boot, 'job': jobs[number], 'guest': i, **result}), file=file)
    new = not os.path.exists(table)
    with open(table, 'a', newline='') as file:
        csv.writer(file, lineterminator='\n').writerows(([COLUMNS] if new else []) + rows)
    for each in rows:
        print(' '.join(str(field) for field in each))
    if len(rows) < len(jobs):
        sys.exit('not all runs have a result; the last lines of the console:\n' + '\n'.join(lines[-15:]))


if __name__ == '__main__':
    main(*sys.argv[1:])
