"""Half-space trees with one object per node, as a streaming library in Python writes them: the reference of goal P2.

Reads {"trees", "depth", "windowRows", "massMin", "features", "seed", "rows"} from stdin; prints {"seconds", "scores"}.
"""

import json
import math
import sys
import time


def noise(seed):
    state = seed & 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        mixed = ((state ^ (state >> 15)) * (1 | state)) & 0xFFFFFFFF
        mixed = ((mixed + (((mixed ^ (mixed >> 7)) * (61 | mixed)) & 0xFFFFFFFF)) & 0xFFFFFFFF) ^ mixed
        yield (mixed ^ (mixed >> 14)) / 4294967296


class Node:
    def __init__(self):
        self.left = self.right = None
        self.feature = None
        self.threshold = 0.0
        self.reference = 0
        self.latest = 0

    def nodes(self):
        yield self
        if self.left is not None:
            yield from self.left.nodes()
            yield from self.right.nodes()


def grow(depth, limits, random):
    node = Node()
    if depth == 0:
        return node
    feature = math.floor(next(random) * len(limits))
    low, high = limits[feature]
    node.feature = f"metric{feature}"
    node.threshold = (low + high) / 2
    limits[feature] = (low, node.threshold)
    node.left = grow(depth - 1, limits, random)
    limits[feature] = (node.threshold, high)
    node.right = grow(depth - 1, limits, random)
    limits[feature] = (low, high)
    return node


def tree(depth, features, random):
    limits = []
    for _ in range(features):
        centre = next(random)
        reach = 2 * max(centre, 1 - centre)
        limits.append((centre - reach, centre + reach))
    return grow(depth, limits, random)


def score(roots, row, depth, mass_min):
    mass = 0
    for node in roots:
        level = 0
        while level < depth and node.reference >= mass_min:
            node = node.right if row[node.feature] >= node.threshold else node.left
            level += 1
        mass += node.reference * 2**level
    return mass


def learn(roots, row):
    for node in roots:
        while True:
            node.latest += 1
            if node.left is None:
                break
            node = node.right if row[node.feature] >= node.threshold else node.left


def main():
    job = json.load(sys.stdin)
    random = noise(job["seed"])
    roots = [tree(job["depth"], job["features"], random) for _ in range(job["trees"])]
    rows = [{f"metric{j}": value for j, value in enumerate(row)} for row in job["rows"]]
    scores = []
    started = time.perf_counter()
    for count, row in enumerate(rows):
        mass = score(roots, row, job["depth"], job["massMin"])
        most = job["trees"] * job["windowRows"] * 2 ** job["depth"]
        scores.append(1 - mass / most if count >= job["windowRows"] else 0)
        learn(roots, row)
        if (count + 1) % job["windowRows"] == 0:
            for root in roots:
                for node in root.nodes():
                    node.reference, node.latest = node.latest, 0
    print(json.dumps({"seconds": time.perf_counter() - started, "scores": scores}))


main()
