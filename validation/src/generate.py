#!/usr/bin/env python3
"""generate.py KIND LIMIT_PAGES ACCESSES SEED OUT.u32: makes a synthetic page trace, the same for the same arguments.

The bundled ones are generate.py KIND 8192 500000 42. Needs numpy. 30 % of the accesses write."""
import sys
import numpy as np


def uniform(limit, count, random):
    """Any page of twice the limit."""
    return random.integers(0, 2 * limit, count)


def zipf(limit, count, random):
    """Zipf's law with exponent 0.99 over four times the limit, the ranks scattered."""
    pages = 4 * limit
    weights = np.cumsum(1.0 / np.arange(1, pages + 1) ** 0.99)
    return random.permutation(pages)[np.searchsorted(weights / weights[-1], random.random(count))]


def loop(limit, count, random):
    """1.2 times the limit, from end to end, again and again."""
    return np.arange(count) % int(1.2 * limit)


def shift(limit, count, random, phases=4):
    """90 % on a hot set of 0.6 times the limit, which moves four times; the rest anywhere in three times the limit."""
    pages, hot, parts = 3 * limit, int(.6 * limit), []
    for phase in range(phases):
        size = (phase + 1) * count // phases - phase * count // phases
        part = random.integers(0, pages, size)
        is_hot = random.random(size) < .9
        part[is_hot] = (phase * hot + random.integers(0, hot, is_hot.sum())) % pages
        parts.append(part)
    return np.concatenate(parts)


def scanhot(limit, count, random):
    """80 % on a hot set of half the limit, the rest one endless scan over three times the limit."""
    hot = limit // 2
    is_scan = random.random(count) < .2
    pages = random.integers(0, hot, count)
    pages[is_scan] = hot + np.arange(is_scan.sum()) % (3 * limit)
    return pages


def press(limit, count, random):
    """A quarter of the limit from end to end, then one new page after another, and after each twenty of the first in turn."""
    hot, pages = limit // 4, []
    for new in range(hot, hot + count // 21 + 1):
        turn = (new - hot) * 20
        pages += [new] + [(turn + i) % hot for i in range(20)]
    return np.array(list(range(hot)) + pages)[:count]


def main(kind, limit, count, seed, out):
    kinds = {each.__name__: each for each in (uniform, zipf, loop, shift, scanhot, press)}
    if kind not in kinds:
        sys.exit(f'generate.py: no such kind: {kind}; give one of {", ".join(kinds)}')
    pages = kinds[kind](int(limit), int(count), np.random.default_rng(int(seed)))
    writes = np.random.default_rng(int(seed) + 1).random(int(count)) < .3
    (pages.astype(np.uint32) | writes.astype(np.uint32) << 31).astype('<u4').tofile(out)


if __name__ == '__main__':
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
