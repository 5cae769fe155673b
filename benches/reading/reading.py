#!/usr/bin/env python3
"""How many of the words that other programs read in files palpate reads, too.

    python reading.py PALPATE FOLDER [--worst N]

Every file in FOLDER of which a reference knows the format is read by both. Recall is the share of the words of the
reference, as often as they occur, that stand in palpate's passages; a file that palpate refuses counts as 0. By format the
mean over files, the same over all words, and the files of which most is missing are printed. A reference is no truth: it
reads codes of fields, text that was deleted, and now and then noise. Nothing of the files is kept.

| format | reference | from |
|---|---|---|
| PDF | pdftotext | Debian's poppler-utils |
| DOC | catdoc | Debian's catdoc |
| DOCX | docx2txt | PyPI |
| XLS | xlrd | PyPI |
| MSG | extract-msg | PyPI |
| HTML | trafilatura | PyPI |
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess

SECONDS = 60


def words(text):
    return collections.Counter(re.findall(r"[^\W_]+", text.lower()))


def run(*command):
    done = subprocess.run(command, capture_output=True, timeout=SECONDS)
    return done.stdout.decode("utf-8", "replace")


def of_xls(path):
    import xlrd

    with open("/dev/null", "w") as nowhere:
        book = xlrd.open_workbook(path, logfile=nowhere)
    cells = (cell for sheet in book.sheets() for row in sheet.get_rows() for cell in row)
    return " ".join(cell.value for cell in cells if cell.ctype == xlrd.XL_CELL_TEXT)


def of_docx(path):
    import docx2txt

    return docx2txt.process(path)


def of_msg(path):
    import extract_msg

    mail = extract_msg.openMsg(path)
    return f"{mail.subject or ''}\n{mail.body or ''}"


def of_html(path):
    import trafilatura

    return trafilatura.extract(path.read_bytes()) or ""


REFERENCES = {
    ".pdf": lambda path: run("pdftotext", "-enc", "UTF-8", str(path), "-"),
    ".doc": lambda path: run("catdoc", "-d", "utf-8", "-w", str(path)),
    ".docx": of_docx,
    ".xls": of_xls,
    ".msg": of_msg,
    ".html": of_html,
}


def texts(value):
    """The titles, headings and texts in what palpate prints."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("text", "title") and isinstance(inner, str):
                yield inner
            else:
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def read(palpate, path):
    lines = run(palpate, "passages", "--json", str(path)).splitlines()
    return "\n".join(text for line in lines for text in texts(json.loads(line)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("palpate")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--worst", type=int, default=5, help="name so many files of each format")
    args = parser.parse_args()
    found = collections.defaultdict(list)
    unread = collections.Counter()
    for path in sorted(args.folder.rglob("*")):
        reference = REFERENCES.get(path.suffix.lower())
        if reference is None or not path.is_file():
            continue
        try:
            wanted = words(reference(path))
        except Exception:  # whatever a reference makes of a damaged file
            unread[path.suffix.lower()] += 1
            continue
        if all_of_it := wanted.total():
            try:
                kept = (wanted & words(read(args.palpate, path))).total()
            except subprocess.TimeoutExpired:
                kept = 0
            found[path.suffix.lower()].append((kept / all_of_it, all_of_it, path.name))
    for suffix, files in sorted(found.items()):
        mean = sum(recall for recall, *_ in files) / len(files)
        pooled = sum(recall * n for recall, n, _ in files) / sum(n for _, n, _ in files)
        print(
            f"{suffix}: {len(files)} files, recall {mean:.3f} in the mean, {pooled:.3f} of all words;"
            f" {unread[suffix]} that the reference could not read"
        )
        for recall, n, name in sorted(files)[: args.worst]:
            print(f"    {recall:.3f} of {n} words: {name}")


if __name__ == "__main__":
    main()
