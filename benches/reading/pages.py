#!/usr/bin/env python3
"""How much of what palpate keeps of a web page is its text, and how much of the text it keeps.

    python pages.py PALPATE [--benchmark DIR] [--readability DIR] [--trafilatura DIR] [--half developed|held-out|all]

The pages are those of other projects, which are fetched by hand and are no part of this one:

| option | a copy of | the text of a page is |
|---|---|---|
| --benchmark | scrapinghub/article-extraction-benchmark | what people marked, without the headline |
| --readability | mozilla/readability, test/test-pages | what Readability is held to (needs lxml) |
| --trafilatura | adbar/trafilatura, tests | a few sentences that are text, and a few that are not, marked by people |

Precision and recall of words, the mean over pages; of the last set, of its sentences. Pages are halved by a hash of their
names: thresholds and names were chosen on one half, so that only the other says what they are worth.
"""

import argparse
import collections
import gzip
import hashlib
import json
import pathlib
import re
import statistics
import tempfile

from reading import run


def words(text):
    return collections.Counter(re.findall(r"\w+", text.lower()))


def half(name):
    return ("developed", "held-out")[hashlib.sha256(name.encode()).digest()[0] % 2]


def of_benchmark(folder):
    for name, page in json.loads((folder / "ground-truth.json").read_text()).items():
        yield name, gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()), page["articleBody"]


def of_readability(folder):
    from lxml import html

    for page in sorted(folder.iterdir()):
        tree = html.fromstring((page / "expected.html").read_text())
        text = " ".join(tree.xpath("//text()[not(parent::script or parent::style)]"))
        yield page.name, (page / "source.html").read_bytes(), text


def of_trafilatura(folder):
    for page in json.loads((folder / "evaldata.json").read_text()).values():
        found = [folder / part / page["file"] for part in ("eval", "cache")]
        for path in found:
            if path.exists():
                yield page["file"], path.read_bytes(), (page["with"], page["without"])


def kept(palpate, page):
    """The blocks that are searched, each once: a heading stands in every passage below it."""
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        file.write(page)
        file.flush()
        lines = run(palpate, "passages", "--json", file.name).splitlines()
    documents = [json.loads(line) for line in lines]
    blocks = [block for one in documents for passage in one["passages"] for block in passage["blocks"]]
    once = dict.fromkeys((tuple(block["lines"]), block["text"]) for block in blocks)
    return "\n".join(text for _, text in once)


def of_words(pages, palpate):
    """Precision and recall of words."""
    both = []
    for page, text in pages:
        wanted, found = words(text), words(kept(palpate, page))
        right = (wanted & found).total()
        both.append((right / max(1, found.total()), right / max(1, wanted.total())))
    return tuple(statistics.mean(of) for of in zip(*both))


def of_sentences(pages, palpate):
    """Precision and recall of sentences that are text, among these and those that are not."""
    right = wrong = wanted = 0
    for page, (text, clutter) in pages:
        found = " ".join(kept(palpate, page).split())
        stands = [[" ".join(sentence.split()) in found for sentence in side] for side in (text, clutter)]
        right, wrong, wanted = right + sum(stands[0]), wrong + sum(stands[1]), wanted + len(text)
    return right / max(1, right + wrong), right / max(1, wanted)


SETS = {
    "benchmark": (of_benchmark, of_words),
    "readability": (of_readability, of_words),
    "trafilatura": (of_trafilatura, of_sentences),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("palpate")
    parser.add_argument("--half", choices=("developed", "held-out", "all"), default="held-out")
    for name in SETS:
        parser.add_argument(f"--{name}", type=pathlib.Path)
    args = parser.parse_args()
    for name, (pages, measure) in SETS.items():
        if folder := getattr(args, name):
            chosen = [page[1:] for page in pages(folder) if args.half in ("all", half(page[0]))]
            precision, recall = measure(chosen, args.palpate)
            print(f"{name}: {len(chosen)} pages, precision {precision:.3f}, recall {recall:.3f}")


if __name__ == "__main__":
    main()
