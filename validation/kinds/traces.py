#!/usr/bin/env python3
"""traces.py [DIRECTORY]: makes the sixteen traces of results.csv beside it (or in DIRECTORY), always the same ones.

Each is a kind that no other table has. Needs numpy. 30 % of the accesses write, of `window` all."""
import os
import sys
import numpy as np

# Of each: pages (about what it touches), accesses, seed.
TRACES = dict(
    loops=(6000, 300000, 31), sawtooth=(7000, 250000, 32), grow=(9000, 300000, 33), rarescan=(16000, 600000, 34),
    window=(20000, 400000, 35), sixteen=(15000, 500000, 36), permute=(12000, 400000, 37), matrix=(8000, 400000, 38),
    hashjoin=(10000, 300000, 39), btree=(14000, 400000, 40), stack=(9000, 400000, 41), generations=(10000, 400000, 42),
    ranks=(16000, 500000, 43), shifts=(11000, 500000, 44), recency=(12000, 300000, 45), stencil=(6000, 300000, 46))


def loops(n, count, random):
    """Two loops of 0.3 and 0.7 of the pages, an access of each in turn."""
    i = np.arange(count)
    a = int(.3 * n)
    return np.where(i % 2 == 0, (i // 2) % a, a + (i // 2) % (n - a))


def sawtooth(n, count, random):
    """From end to end and back."""
    i = np.arange(count) % (2 * n)
    return np.where(i < n, i, 2 * n - 1 - i)


def grow(n, count, random):
    """Any page of a set that grows from a tenth to all."""
    top = np.linspace(.1 * n, n, count)
    return (random.random(count) * top).astype(int)


def rarescan(n, count, random):
    """A hot twentieth; seven times, all of it from end to end."""
    hot = random.integers(0, n // 20, count)
    every = count // 8
    for k in range(1, 8):
        at = k * every
        length = min(n, count - at)
        hot[at:at + length] = np.arange(length)
    return hot


def window(n, count, random):
    """Any page of a window of a fifth, which slides over all and comes round twice."""
    base = np.arange(count) * (2 * n) // count
    return (base + random.integers(0, n // 5, count)) % n


def sixteen(n, count, random):
    """Each page sixteen times among eight others, then only once more by chance (1 %)."""
    base = np.arange(count) // 16
    pages = (base + random.integers(0, 8, count)) % n
    old = random.random(count) < .01
    pages[old] = random.integers(0, n, old.sum())
    return pages


def permute(n, count, random):
    """A power law (0.9) whose ranks are drawn anew every 50,000 accesses."""
    w = np.cumsum(1.0 / np.arange(1, n + 1) ** .9)
    ranks = np.searchsorted(w / w[-1], random.random(count))
    out = []
    for at in range(0, count, 50000):
        out.append(random.permutation(n)[ranks[at:at + 50000]])
    return np.concatenate(out)


def matrix(n, count, random):
    """A matrix of n / 50 rows of 50 pages: by rows (each page four times), then by columns (each twice), again and again."""
    rows = n // 50
    by_rows = np.repeat(np.arange(rows * 50), 4)
    column = np.arange(rows) * 50
    by_columns = np.concatenate([np.tile(column + c, 2) for c in range(50)])
    one = np.concatenate([by_rows, by_columns])
    return np.tile(one, count // len(one) + 1)[:count]


def hashjoin(n, count, random):
    """Builds a table (0.4 of the pages) from a scan of 0.2, probes it with a scan of 0.4; eight accesses of the table for each of a scan's page."""
    table, build = int(.4 * n), int(.2 * n)
    out, size = [], 0
    while size < count:
        for first, last in ((table, table + build), (table + build, n)):
            scan = np.arange(first, last)
            rows = np.concatenate([scan[:, None], random.integers(0, table, (len(scan), 8))], axis=1).ravel()
            out.append(rows)
            size += len(rows)
    return np.concatenate(out)[:count]


def btree(n, count, random):
    """Look-ups in a tree of four levels (1, 24, 24², the rest leaves), by keys of a power law (0.7) in runs of three leaves."""
    inner = 1 + 24 + 576
    leaves = n - inner
    w = np.cumsum(1.0 / np.arange(1, leaves + 1) ** .7)
    key = random.permutation(leaves)[np.searchsorted(w / w[-1], random.random(count // 6 + 1))]
    rows = np.stack([np.zeros_like(key), 1 + key * 24 // leaves, 25 + key * 576 // leaves,
                     inner + key, inner + (key + 1) % leaves, inner + (key + 2) % leaves], axis=1)
    return rows.ravel()[:count]


def stack(n, count, random):
    """The top of a stack that grows to all and shrinks again, in waves of different height."""
    t = np.arange(count) / count
    depth = (.5 + .5 * np.sin(2 * np.pi * 5 * t)) * (.55 + .45 * np.sin(2 * np.pi * 1.3 * t)) * (n - 40)
    return np.clip(depth.astype(int) + random.integers(0, 40, count) - 20, 0, n - 1)


def generations(n, count, random):
    """A nursery of a fifth filled in turn; a tenth survives into an old space; after eight nurseries all that is old is marked."""
    nursery, old = n // 5, n - n // 5
    out, size, filled, minor = [], 0, 0, 0
    while size < count:
        part = np.repeat(np.arange(nursery), 6)
        seen = random.integers(0, max(filled, 1), len(part)) + nursery
        mixed = np.where((random.random(len(part)) < .15) & (filled > 0), seen, part)
        copied = nursery + (filled + np.arange(nursery // 3)) % old
        filled = min(filled + nursery // 3, old)
        out += [mixed, copied]
        size += len(mixed) + len(copied)
        minor += 1
        if minor % 8 == 0:
            mark = nursery + random.permutation(filled)
            out.append(mark)
            size += len(mark)
    return np.concatenate(out)[:count]


def ranks(n, count, random):
    """A graph: a scan of its edges (0.6 of the pages), and for each page of it six vertices by a power law (0.8)."""
    edges = int(.6 * n)
    vertices = n - edges
    w = np.cumsum(1.0 / np.arange(1, vertices + 1) ** .8)
    k = count // 7 + 1
    v = random.permutation(vertices)[np.searchsorted(w / w[-1], random.random((k, 6)).ravel())].reshape(k, 6)
    return np.concatenate([(np.arange(k) % edges)[:, None], edges + v], axis=1).ravel()[:count]


def shifts(n, count, random):
    """Two programs that take turns of 40,000 accesses, each with a power law (0.85) over its half."""
    half = n // 2
    w = np.cumsum(1.0 / np.arange(1, half + 1) ** .85)
    p = random.permutation(half)[np.searchsorted(w / w[-1], random.random(count))]
    return p + half * (np.arange(count) // 40000 % 2)


def recency(n, count, random):
    """A page again that was used d pages ago, by a Pareto law of d (0.45), or where d is beyond what is there, a new one."""
    order, out = [], np.empty(count, int)
    d = ((1 - random.random(count)) ** (-1 / .45)).astype(np.int64)
    for i in range(count):
        k = int(d[i])
        if k > len(order):
            page = len(order) if len(order) < n else order.pop(0)
        else:
            page = order.pop(-k)
        order.append(page)
        out[i] = page
    return out


def stencil(n, count, random):
    """Two grids of rows of 20 pages, from one into the other and back: three rows are read for one that is written."""
    half = n // 2
    rows = half // 20
    out, size, k = [], 0, 0
    while size < count:
        a, b = (0, half) if k % 2 == 0 else (half, 0)
        row = np.arange(1, rows - 1)[:, None, None]
        page = np.arange(20)[None, :, None]
        each = np.concatenate([a + (row - 1) * 20 + page, a + row * 20 + page, a + (row + 1) * 20 + page, b + row * 20 + page], axis=2)
        out.append(each.ravel())
        size += each.size
        k += 1
    return np.concatenate(out)[:count]


def main(directory):
    for kind, (pages, count, seed) in TRACES.items():
        touched = globals()[kind](pages, count, np.random.default_rng(seed)).astype(np.uint32)
        writes = np.random.default_rng(seed + 1).random(count) < (1 if kind == 'window' else .3)
        (touched | writes.astype(np.uint32) << 31).astype('<u4').tofile(os.path.join(directory, f'{kind}{seed}.u32'))


if __name__ == '__main__':
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))
