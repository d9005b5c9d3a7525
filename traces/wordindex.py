"""A small inverted index in plain Python: build it, ask it by popularity, let it age, build it again.

    python3 wordindex.py [DOCUMENTS] [QUERIES]

Deterministic: one linear congruential generator, no hashing of strings by a random seed
(run with PYTHONHASHSEED=0), no input, no clock.
"""

import sys

DOCUMENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
QUERIES = int(sys.argv[2]) if len(sys.argv) > 2 else 200
WORDS = 20000
LENGTH = 40

state = 20230217


def draw(bound):
    """An integer in [0, bound)."""
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
    return (state >> 33) % bound


def skewed(bound):
    """An integer in [0, bound), small ones more often: the product of two draws."""
    return draw(bound) * draw(bound) // bound


def words(number):
    return ["w%d" % skewed(WORDS) for _ in range(number)]


class Document:
    def __init__(self, key):
        self.key = key
        self.words = words(LENGTH)
        self.hits = 0


def index(documents):
    postings = {}
    for document in documents.values():
        for position, word in enumerate(document.words):
            postings.setdefault(word, []).append((document.key, position))
    return postings


def ask(postings, documents):
    first, second = words(2)
    left = {key for key, _ in postings.get(first, ())}
    found = [key for key, _ in postings.get(second, ()) if key in left]
    for key in found:
        documents[key].hits += 1
    return len(found)


documents = {key: Document(key) for key in range(DOCUMENTS)}
answers = 0
for round in range(2):
    postings = index(documents)
    for _ in range(QUERIES):
        answers += ask(postings, documents)
    ranked = sorted(documents.values(), key=lambda d: (-d.hits, d.key))
    for document in ranked[len(ranked) * 3 // 4:]:
        documents[document.key] = Document(document.key)
print(answers, len(postings), ranked[0].key, ranked[0].hits)
