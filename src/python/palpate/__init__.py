"""palpate, driven from Python: plain dicts in and out.

Each call runs the program once and reads the JSON it prints. Whatever the program says on standard error as
a note becomes a warning, and an error an exception with the program's own words.
"""

import json
import os
import shutil
import subprocess
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Error", "Index", "build", "open", "read_run", "version", "write_run"]

_FAILED = 2


class Error(Exception):
    """What the program says where something went wrong."""


def _program():
    found = os.environ.get("PALPATE_BIN") or shutil.which("palpate")
    if not found:
        raise Error("there is no program palpate on the path, and PALPATE_BIN names none")
    return found


def _said(arguments, accepted=(0, 1), text=None):
    """What the program prints; an exit code that is not accepted is an error with its words."""
    command = [_program(), *map(str, arguments)]
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=False)
    notes = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode not in accepted:
        raise Error("\n".join(notes) or f"palpate ended with exit code {done.returncode}")
    for note in notes:
        warnings.warn(note.removeprefix("note: "), stacklevel=3)
    return done.stdout


def version():
    """The version of the program that is used."""
    return _said(["--version"]).split()[-1]


def build(paths, index, lexicons=(), force=False):
    """Builds the index of files and folders, or brings it up to date, and opens it.

    Files that cannot be read are warnings; the rest is indexed.
    """
    paths = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    options = [option for lexicon in lexicons for option in ("--lexicon", lexicon)]
    arguments = ["index", *paths, "--index", index, "--json", *options, *(["--force"] if force else [])]
    printed = _said(arguments, accepted=(0, 1, _FAILED))
    if not printed.strip():
        raise Error(f"no index could be built of {', '.join(map(str, paths))}")
    return Index(index, report=json.loads(printed))


def open(index):  # As the built-in one: palpate.open("x.index")
    """Opens an index that is there."""
    opened = Index(index)
    opened.search("palpate", limit=1)
    return opened


class Index:
    """An index in a folder."""

    def __init__(self, path, report=None):
        self.path = os.fspath(path)
        #: What the build said, where this came out of one.
        self.report = report

    def __repr__(self):
        return f"palpate.open({self.path!r})"

    def search(self, query, limit=10, offset=0, source=None, aspects=(), conditions=(), techniques=(),
               risk=None, exact=False, explain=False):
        """The results of a search, as `palpate search --json` has them. With a kind of `risk`, one sentence has
        to tie the techniques to the conditions."""
        options = ["--limit", limit, "--offset", offset]
        options += [] if source is None else ["--source", source]
        options += [] if risk is None else ["--risk", risk]
        filters = {"--aspect": aspects, "--condition": conditions, "--technique": techniques}
        options += [part for name, values in filters.items() for value in values for part in (name, value)]
        options += [name for name, wanted in (("--exact", exact), ("--explain", explain)) if wanted]
        # By standard input, so that a query may be as long as it likes and begin with a minus.
        printed = _said(["search", "--index", self.path, "--json", *options, "-"], text=query or " ")
        return json.loads(printed)

    def audit(self, *topics, by=None, source=None):
        """What every source says of some topics, as `palpate audit --json` has it."""
        options = [] if by is None else ["--by", by]
        options += [] if source is None else ["--source", source]
        return json.loads(_said(["audit", "--index", self.path, "--json", *options, "--", *topics]))

    def run(self, queries, limit=100):
        """The best documents of each query: {query: {document: score}}, best first."""
        with _queries(queries) as path:
            printed = _said(["run", path, "--index", self.path, "--limit", limit])
        return _parsed(printed.splitlines())

    def evaluate(self, queries, qrels, run=None, baseline=None):
        """Metrics, as `palpate eval --json` has them: of a run, or of what this index finds."""
        with _queries(queries) as queries, _qrels(qrels) as qrels, _run(run) as run, _run(baseline) as other:
            options = [] if run is None else ["--run", run]
            options += [] if other is None else ["--baseline", other]
            return json.loads(_said(["eval", queries, qrels, "--index", self.path, "--json", *options]))


def write_run(run, path, tag="palpate"):
    """Writes a run in the format of TREC, best first."""
    with Path(path).open("w", encoding="utf-8") as file:
        for query, documents in run.items():
            ranked = sorted(documents.items(), key=lambda pair: -pair[1])
            for rank, (document, score) in enumerate(ranked, 1):
                file.write(f"{query} Q0 {document} {rank} {score!r} {tag}\n")


def read_run(path):
    """Reads a run in the format of TREC: {query: {document: score}}."""
    with Path(path).open(encoding="utf-8") as file:
        return _parsed(file)


def _parsed(lines):
    run = {}
    for line in filter(str.strip, lines):
        query, _, document, _, score, _ = line.split()
        run.setdefault(query, {})[document] = float(score)
    return run


@contextmanager
def _written(name, text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_text(text, encoding="utf-8")
        yield path


def _queries(queries):
    if not isinstance(queries, dict):
        return _as_it_is(queries)
    lines = (json.dumps({"_id": str(name), "text": text}) + "\n" for name, text in queries.items())
    return _written("queries.jsonl", "".join(lines))


def _qrels(qrels):
    if not isinstance(qrels, dict):
        return _as_it_is(qrels)
    lines = (f"{query} 0 {document} {int(grade)}\n"
             for query, grades in qrels.items() for document, grade in grades.items())
    return _written("qrels.txt", "".join(lines))


@contextmanager
def _run(run):
    if not isinstance(run, dict):
        yield run
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "given.run")
        write_run(run, path, tag="given")
        yield path


@contextmanager
def _as_it_is(path):
    yield path
