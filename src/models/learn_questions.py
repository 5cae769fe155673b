#!/usr/bin/env python3
"""Learns `questions.tsv`, the model that reads which aspect a query asks for.

    pip install -r requirements.txt
    cargo build                          # after every change of a table or of this script
    python learn_questions.py            # writes questions.tsv beside this file
    python learn_questions.py --check QUERIES.jsonl   # {"text", "aspect", "sub"} a line
    ... --palpate PROGRAM                # default: target/debug/palpate

It learns from tables written by us from general knowledge and from nothing else: `asks.toml` (ways to
ask for each aspect), `signals.toml` (phrases that signal one) and the concept names of the
lexicon, which stand in for the topic and teach what asks for no aspect. No test query is read.

Words are the terms that palpate makes of a text, which is asked for them (`palpate terms`); features are
1- to 3-grams, with marks for the start and the end of the query. The model is multinomial logistic
regression; small weights are dropped, the rest rounded to integers. The header has the hash of all that
went in, and a test of palpate compares it with what is there.
"""

import argparse
import json
import pathlib
import random
import subprocess
import tomllib

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

HERE = pathlib.Path(__file__).parent
DATA = HERE / "../data"
NGRAMS = 3
SCALE = 0.05
FEATURES = 7000
# How often each pattern is used, each time with other topics. Measured: with 4, the mean of nDCG@10 over seven
# collections hung on the seed, .684 to .691; with 24 two seeds are .687.
COPIES = 24


class Analysis:
    """The analysis chain of palpate, asked for many texts at a time."""

    def __init__(self, program):
        self.program = program
        self.known = {}

    def inputs(self):
        return self.run("--inputs-of", "questions").strip()

    def read(self, texts):
        texts = [text for text in dict.fromkeys(texts) if text not in self.known]
        lines = self.run(text="".join(f"{text}\n" for text in texts)).splitlines()
        assert len(lines) == len(texts), "a line for each line"
        self.known.update(zip(texts, lines))

    def features(self, text):
        words = ["<", *self.known[text].split(), ">"]
        found = set()
        for n in range(1, NGRAMS + 1):
            for i in range(len(words) - n + 1):
                gram = words[i : i + n]
                if n > 1 or gram[0] not in "<>":
                    found.add(" ".join(gram))
        return sorted(found)

    def run(self, *options, text=""):
        command = [self.program, "terms", *options]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def label(entry):
    return entry.get("sub") or entry["aspect"] or "none"


def load(path, table):
    with open(path, "rb") as file:
        return tomllib.load(file)[table]


def topics():
    names = []
    for kind in ("conditions", "techniques", "risks"):
        for concept in load(DATA / f"{kind}.toml", "concept"):
            names += [concept["name"], *concept.get("synonyms", [])[:1], *concept.get("lay", [])[:1]]
    return names


def examples(random, names):
    """Texts with their labels and weights."""
    for ask in load(DATA / "asks.toml", "ask"):
        for pattern in ask["patterns"]:
            for _ in range(COPIES):
                yield pattern.replace("{x}", random.choice(names)), label(ask), 1 / COPIES
    for cue in load(DATA / "signals.toml", "cue"):
        for phrase in cue.get("strong", []):
            yield phrase, label(cue), 0.5
            yield f"{random.choice(names)} {phrase}", label(cue), 0.5
            yield f"{phrase} {random.choice(names)}", label(cue), 0.5
        for phrase in cue.get("weak", []):
            yield f"{random.choice(names)} {phrase}", label(cue), 0.1
    for name in names:
        yield name, "none", 0.15
        yield f"{name} {random.choice(names)}", "none", 0.1
        link = random.choice(["and", "with", "in", "of", "after", "for", "in the elderly", "in children", "or"])
        yield f"{name} {link} {random.choice(names)}", "none", 0.1


def learn(analysis):
    names = topics()
    texts, labels, weights = zip(*examples(random.Random(7), names))
    analysis.read(texts)
    counter = CountVectorizer(analyzer=analysis.features, binary=True, min_df=2)
    matrix = counter.fit_transform(texts)
    model = LogisticRegression(C=20, max_iter=300)
    model.fit(matrix, labels, sample_weight=weights)
    strength = np.abs(model.coef_).max(axis=0)
    keep = np.sort(np.argsort(-strength)[:FEATURES])
    # Fitted again on what is kept, so that the rest makes up for what went.
    model.fit(matrix[:, keep], labels, sample_weight=weights)
    return model, counter.get_feature_names_out()[keep]


def quantised(values):
    return np.clip(np.rint(values / SCALE), -127, 127).astype(int)


def write(model, names, inputs, path):
    rows = quantised(model.coef_.T)
    with open(path, "w") as file:
        file.write("# Which aspect a query asks for: multinomial logistic regression.\n")
        file.write("# Learned by learn_questions.py from asks.toml, signals.toml and the lexicon.\n")
        file.write(f"# inputs: {inputs}\n")
        file.write(f"# classes: {' '.join(model.classes_)}\n")
        file.write(f"# bias: {' '.join(map(str, np.rint(model.intercept_ / SCALE).astype(int)))}\n")
        file.write(f"# scale: {SCALE}\n# ngrams: {NGRAMS}\n# opening: 0\n# opening ngrams: 0\n# normalised: no\n\n")
        for name, row in zip(names, rows):
            shown = " ".join(f"{i}:{w}" for i, w in enumerate(row) if abs(w) > 3)
            if shown:
                file.write(f"{name}\t{shown}\n")


def check(analysis, model, names, path):
    index = {name: i for i, name in enumerate(names)}
    rows, bias = quantised(model.coef_.T), model.intercept_
    rows[np.abs(rows) <= 3] = 0
    right = asked = silent = none = 0
    queries = [json.loads(line) for line in open(path)]
    analysis.read(query["text"] for query in queries)
    for query in queries:
        logits = bias + SCALE * sum((rows[index[f]] for f in analysis.features(query["text"]) if f in index), np.zeros(len(bias)))
        chances = np.exp(logits - logits.max())
        found = model.classes_[chances.argmax()]
        if label(query) == "none":
            none += 1
            silent += found == "none"
        else:
            asked += 1
            right += found == label(query)
    print(f"{right} of {asked} aspects right, {silent} of {none} without an aspect left alone")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", metavar="QUERIES", help="say how a set of queries is read")
    parser.add_argument("--palpate", default=HERE / "../../target/debug/palpate", help="the program that is asked for terms")
    args = parser.parse_args()
    analysis = Analysis(args.palpate)
    model, names = learn(analysis)
    write(model, names, analysis.inputs(), HERE / "questions.tsv")
    if args.check:
        check(analysis, model, names, args.check)


if __name__ == "__main__":
    main()
