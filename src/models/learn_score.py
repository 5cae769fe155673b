#!/usr/bin/env python3
"""Learns `score.toml`, the weights of the score, from collections that are judged.

    cargo bench --bench relevance --no-run         # prints the name of the program, PROGRAM
    python learn_score.py PROGRAM COLLECTIONS      # prints the weights, and what was held out

COLLECTIONS is a folder as `benches/relevance.rs` reads it. The figures are palpate's own: the program is
asked for those of every set by one file of weights after the other.

Coordinate ascent (Metzler and Croft, "Linear feature-based models for information retrieval", 2007):
each weight in turn takes the value of its grid that is best for the mean, over the sets, of nDCG@10 and
a quarter of the recall at 100, until a round changes nothing. A set counts as much as any other, however
many questions it has. Then each set is left out in turn, and what it has by weights that were learned
without it is what is said of it ("held out").
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import tomllib

HERE = pathlib.Path(__file__).parent
ROUNDS = 2
LEAST = 2e-4  # less than this is no gain
GRID = {
    "title_field": [4.0, 6.0, 8.0],
    "title": [1.5, 2.0, 2.5],
    "binding": [0.0, 1.0, 1.5, 2.0],
    "binding_words": [2.0, 3.0],
    "proximity": [0.0, 0.1, 0.25, 0.5],
    "asking": [0.2, 0.35, 0.5, 0.7],
    "aspect": [2.0, 3.0, 3.5, 4.0],
    "title_share": [0.35, 0.5, 1.0],
    "k1": [0.9, 1.2, 1.6],
    "b": [0.4, 0.75],
    "synonym": [0.35, 0.5, 0.7],
    "candidate_title": [1.0, 2.0, 3.0],
    "aspect_coverage": [1.0, 1.5],
    "long_question": [0.0, 0.1, 0.2],
    "certainty": [1.0, 1.5],
}
# The values of the score before it was learned, where every fold starts.
START = {
    "k1": 0.9, "b": 0.4, "title_field": 8.0, "title": 2.0, "title_share": 1.0, "binding": 0.0,
    "synonym": 0.7, "proximity": 0.5, "aspect": 2.0, "asking": 0.2, "certainty": 1.0,
    "long_question": 0.0,
}


class Program:
    """The program that measures, and what it has said."""

    def __init__(self, program, collections):
        command = [program, "--learn", collections]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.folder = tempfile.TemporaryDirectory()
        self.known = {}

    def figures(self, weights):
        text = "".join(f"{name} = {value}\n" for name, value in sorted(weights.items()))
        if text not in self.known:
            path = pathlib.Path(self.folder.name, "weights.toml")
            path.write_text(text)
            self.process.stdin.write(f"{path}\n")
            self.process.stdin.flush()
            self.known[text] = json.loads(self.process.stdout.readline())
        return self.known[text]

    def gain(self, weights, sets):
        figures = self.figures(weights)
        each = [figures[s]["ndcg_10"] + figures[s]["recall_100"] / 4 for s in sets]
        return sum(each) / len(each)


def ascend(program, weights, sets):
    best = program.gain(weights, sets)
    for _ in range(ROUNDS):
        before = best
        for name, values in GRID.items():
            for value in values:
                other = {**weights, name: value}
                gain = program.gain(other, sets)
                if gain > best + LEAST:
                    best, weights = gain, other
        if best == before:
            break
    return weights


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("collections")
    args = parser.parse_args()
    program = Program(args.program, args.collections)
    start = {**tomllib.loads((HERE / "score.toml").read_text()), **START}
    sets = list(program.figures(start))
    weights = ascend(program, start, sets)
    figures = program.figures(weights)
    for name in sets:
        others = [other for other in sets if other != name]
        held_out = program.figures(ascend(program, start, others))[name]
        seen = figures[name]
        print(
            f"# {name}: nDCG@10 {seen['ndcg_10']:.3f}, R@100 {seen['recall_100']:.3f};"
            f" held out {held_out['ndcg_10']:.3f}, {held_out['recall_100']:.3f}",
            flush=True,
        )
    for name, value in weights.items():
        print(f"{name} = {value}")


if __name__ == "__main__":
    main()
