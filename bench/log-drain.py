"""Plain Drain (He, Zhu, Zheng and Lyu, ICWS 2017): a tree by token count and first tokens, then token similarity.

usage: log-drain.py LINES.txt   prints JSON {"seconds": processor seconds, "cluster": [one number per line]}
"""
import json
import sys
import time

DEPTH = 2  # tokens that lead through the tree
SIMILARITY = 0.4
CHILDREN_MAX = 100
WILD = "<*>"


def has_digit(token):
    return any(letter.isdigit() for letter in token)


class Drain:
    def __init__(self):
        self.root = {}
        self.count = 0

    def leaf(self, tokens):
        node = self.root.setdefault(len(tokens), {})
        for token in tokens[:DEPTH]:
            key = WILD if has_digit(token) else token
            if key not in node and len(node) >= CHILDREN_MAX:
                key = WILD
            node = node.setdefault(key, {})
        return node.setdefault("", [])

    def add(self, line):
        tokens = line.split()
        groups = self.leaf(tokens)
        best, best_share = None, -1.0
        for group in groups:
            same = 0
            for token, known in zip(tokens, group[1]):
                if token == known:
                    same += 1
            share = same / len(tokens) if tokens else 1.0
            if share > best_share:
                best, best_share = group, share
        if best is None or best_share < SIMILARITY:
            self.count += 1
            groups.append([self.count, [WILD if has_digit(token) else token for token in tokens]])
            return self.count
        template = best[1]
        for at, token in enumerate(tokens):
            if template[at] != token:
                template[at] = WILD
        return best[0]


def main():
    with open(sys.argv[1], encoding="utf-8") as lines_file:
        lines = lines_file.read().split("\n")
    drain = Drain()
    started = time.process_time()
    clusters = [drain.add(line) for line in lines]
    print(json.dumps({"seconds": time.process_time() - started, "cluster": clusters}))


main()
