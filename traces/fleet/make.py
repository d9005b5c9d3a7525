#!/usr/bin/env python3
"""Makes the tables beside it: small, in the published order of columns, with made-up numbers.

They say nothing of any real fleet; they are there to try the commands that read real ones.
"""
import json
import random


def tasks(seed, count, machines):
    """(job, index, machine, start s, end s, size, mean share in use) of tasks in four hours."""
    rng = random.Random(seed)
    for n in range(count):
        start = rng.choice([0, rng.randrange(0, 14400)])
        life = min(14400 - start, int(rng.lognormvariate(7.2, 1.5)) + 20)
        size = rng.choices([0.0078, 0.0156, 0.0311, 0.0622, 0.1243], [30, 30, 20, 15, 5])[0]
        yield 6000000 + n // 3, n % 3, 1 + rng.randrange(machines), start, start + life, size, rng.betavariate(4, 3)


def windows(rng, start, end, size, share):
    """Windows of 300 s with mean and most memory in use."""
    at = start
    while at < end:
        to = min(end, at - at % 300 + 300)
        used = size * min(1, share * rng.uniform(0.9, 1.1))
        yield at, to, used, min(size, used * rng.uniform(1, 1.1))
        at = to


def task_usage(name):
    rng = random.Random(1)
    with open(name, "w") as out:
        for job, index, machine, start, end, size, share in tasks(11, 80, 20):
            for at, to, used, most in windows(rng, start, end, size, share):
                cache = used * rng.uniform(0.05, 0.3)
                row = [(600 + at) * 10**6, (600 + to) * 10**6, job, index, machine, "%.4g" % rng.random(), "%.4g" % used,
                       "%.4g" % size, "%.4g" % (cache / 2), "%.4g" % cache, "%.4g" % most, "0.001", "0.0001", "0.1", "0.01",
                       "", "", "0.99", 0, "%.4g" % rng.random()]
                out.write(",".join(map(str, row)) + "\n")


def instance_usage(name):
    rng = random.Random(2)
    with open(name, "w") as out:
        for job, index, machine, start, end, size, share in tasks(12, 30, 20):
            for at, to, used, most in windows(rng, start, end, size, share):
                row = {"start_time": str((600 + at) * 10**6), "end_time": str((600 + to) * 10**6), "collection_id": str(job),
                       "instance_index": str(index), "machine_id": str(machine), "alloc_collection_id": "0",
                       "alloc_instance_index": "-1", "collection_type": "0",
                       "average_usage": {"cpus": round(rng.random() / 10, 6), "memory": float("%.4g" % used)},
                       "maximum_usage": {"cpus": round(rng.random() / 5, 6), "memory": float("%.4g" % most)},
                       "random_sample_usage": {"cpus": 0.01}, "assigned_memory": size,
                       "page_cache_memory": float("%.4g" % (used / 5)), "sample_rate": 0.99,
                       "cpu_usage_distribution": [0.0, 0.1]}
                out.write(json.dumps(row, separators=(",", ":")) + "\n")


def vmtable(name):
    rng = random.Random(3)
    month = 30 * 86400
    with open(name, "w") as out:
        for n in range(400):
            start = rng.choice([0, rng.randrange(0, month // 300) * 300])
            end = min(month, start + max(300, int(rng.lognormvariate(9, 2.5)) // 300 * 300))
            cores, memory = rng.choices([("2", "2"), ("2", "4"), ("4", "8"), ("8", "32"), ("24", "64"), (">24", ">64")],
                                        [30, 40, 15, 9, 4, 2])[0]
            row = ["vm%05d=" % n, "s%03d=" % rng.randrange(40), "d%03d=" % rng.randrange(99), start, end,
                   "%.6f" % rng.uniform(50, 100), "%.6f" % rng.uniform(1, 40), "%.6f" % rng.uniform(40, 99),
                   rng.choice(["Delay-insensitive", "Interactive", "Unknown"]), cores, memory]
            out.write(",".join(map(str, row)) + "\n")


task_usage("task_usage.csv")
instance_usage("instance_usage.json")
vmtable("vmtable.csv")
