#!/usr/bin/env python3
"""Learns `passages.tsv`, the model that says what a passage is about (symptoms, treatment, risk, ...).

    pip install -r requirements.txt
    OMP_NUM_THREADS=1 python learn_passages.py --collections FOLDER --output passages.tsv
    ... --fold 0/5 --output fold0.tsv     # leaves out the conditions of a fold, and lists its queries

It learns from MedQuAD (CC BY 4.0): the question types of medquad-aspects (dev half), and the text under the
headings of medquad-pages, a heading being mapped by its generic wording ("What are the treatments for X?").
The words of a condition's own name are cut out of its examples (no n-gram spans the cut), and a feature has to
occur under several conditions, so that names are not learned. The result is the same on every run.
"""
import argparse, collections, hashlib, json, os, re, subprocess, sys, unicodedata
import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

# ---------------------------------------------------------------- text, as palpate's analysis folds it
WORD = re.compile(r"[a-z0-9_]+(?:(?:(?<=[a-z])['.](?=[a-z])|(?<=[0-9])[.,'](?=[0-9]))[a-z0-9_]+)*")


def plain_words(text):
    """Words, lower case, accents folded, possessive s dropped, other apostrophes closed up."""
    t = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    t = "".join(c for c in t if not unicodedata.combining(c)).lower()
    found = WORD.findall(t)
    return [re.sub("'", "", re.sub("'s$", "", w)) for w in found]


def words(text):
    """The same, with # for every word that starts with a digit."""
    return ["#" if w[0].isdigit() else w for w in plain_words(text)]


CUT = None  # stands where a word of the condition's name was


def features(tk, ngrams, first, first_ngrams):
    """The set of features of a word list: n-grams anywhere, and, prefixed by ^, n-grams within the first words."""
    out = set()
    for n in range(1, ngrams + 1):
        for i in range(len(tk) - n + 1):
            g = tk[i:i + n]
            if CUT not in g:
                out.add(" ".join(g))
    head = tk[:first]
    for n in range(1, first_ngrams + 1):
        for i in range(len(head) - n + 1):
            g = head[i:i + n]
            if CUT not in g:
                out.add("^ " + " ".join(g))
    return out


SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def passages(text, max_words):
    """Pieces of at most max_words whitespace-separated words, cut at sentence ends and line ends."""
    out, cur, n = [], [], 0
    for s in SENTENCE.split(text):
        w = s.split()
        if not w:
            continue
        if n and n + len(w) > max_words:
            out.append(" ".join(cur))
            cur, n = [], 0
        if len(w) > max_words:
            out += [" ".join(w[j:j + max_words]) for j in range(0, len(w), max_words)]
            continue
        cur.append(s)
        n += len(w)
    if cur:
        out.append(" ".join(cur))
    return out or [""]


# ---------------------------------------------------------------- the collections
# The question types of MedQuAD by the names palpate has for them. The last two are no aspects; having them as
# classes of their own keeps their text from being taken for one.
NAMES = {"information": "condition", "susceptibility": "susceptibility", "complications": "adverse",
         "symptoms": "symptoms", "causes": "causes", "exams and tests": "diagnosis", "treatment": "treatment",
         "prevention": "prevention", "outlook": "outlook", "frequency": "frequency", "inheritance": "inheritance",
         "genetic changes": "genes", "stages": "stages", "considerations": "considerations", "research": "research"}
CLASSES = list(NAMES)
HEADINGS = [(re.compile(p, re.I), c) for p, c in [
    (r"^What is \(are\) (.*)\?$", "information"), (r"^Do you have information about (.*?)\??$", "information"),
    (r"^What are the symptoms of (.*)\?$", "symptoms"), (r"^What are the treatments for (.*)\?$", "treatment"),
    (r"^Is (.*) inherited\?$", "inheritance"), (r"^How many people are affected by (.*)\?$", "frequency"),
    (r"^What are the genetic changes related to (.*)\?$", "genetic changes"), (r"^What causes (.*)\?$", "causes"),
    (r"^How to diagnose (.*)\?$", "exams and tests"),
    (r"^what research \(or clinical trials\) is being done for (.*)\?$", "research"),
    (r"^What is the outlook for (.*)\?$", "outlook"), (r"^Who is at risk for (.*)\?$", "susceptibility"),
    (r"^How to prevent (.*)\?$", "prevention"), (r"^What to do for (.*)\?$", "considerations"),
    (r"^What are the stages of (.*)\?$", "stages"), (r"^What are the complications of (.*)\?$", "complications")]]
# words of a name that are not cut out of its examples
NAME_STOP = set("a an the of and or in on at to for with without due by from as is are be not no its this that these those "
                "what how i you need know about your my other who can do does".split())
# words that do not tell conditions apart when conditions are grouped for the folds
KEY_STOP = set("the of and in with to due a an by from for or on at as is what i need know about type types disease diseases "
               "syndrome disorder disorders familial adult childhood children adults".split())
NUMERAL = re.compile(r"^(?:[0-9]+[a-z]?|[ivx]+[a-c]?|[a-z])$")


def group(title):
    """Key shared by near-identical names ("X type 1", "X type 2", "Childhood X", "X disease")."""
    t = re.sub(r"\([^)]*\)", " ", title)
    k = sorted({re.sub(r"(?<=..[^s])s$", "", w) for w in plain_words(t)
                if w not in KEY_STOP and not NUMERAL.match(w)})
    return " ".join(k) or " ".join(plain_words(title))


def fold_of(key, n):
    return int(hashlib.md5(key.encode()).hexdigest(), 16) % n


def read(root):
    """-> examples [(title, class, text)], queries [(id, text, qtype, group)]"""
    ex = []
    top = os.path.join(root, "medquad-pages")
    for d in sorted(os.listdir(top)):
        if not os.path.isdir(os.path.join(top, d)):
            continue
        for f in sorted(os.listdir(os.path.join(top, d))):
            raw = open(os.path.join(top, d, f), encoding="utf8").read()
            blocks = [b.strip() for b in re.split(r"\n\s*\n", raw) if b.strip()]
            if not blocks:
                continue
            title, cur = blocks[0], None
            for b in blocks[1:]:
                cls = None
                if "\n" not in b and len(b) < 300:
                    for r, c in HEADINGS:
                        m = r.match(b)
                        if m and m.group(1).strip().lower() == title.lower():
                            cls = c
                            break
                if cls:
                    cur = [title, cls, []]
                    ex.append(cur)
                elif cur is not None:
                    cur[2].append(b)
    ex = [(t, c, "\n\n".join(b)) for t, c, b in ex]
    seen = {" ".join(plain_words(e[2])) for e in ex}
    a = os.path.join(root, "medquad-aspects")
    doc = {}
    for line in open(os.path.join(a, "corpus.jsonl"), encoding="utf8"):
        x = json.loads(line)
        doc[x["_id"]] = (x["title"], x["text"])
    rows = [json.loads(line) for line in open(os.path.join(a, "queries.jsonl"), encoding="utf8")]
    qtype = {x["_id"]: x["metadata"]["qtype"] for x in rows}
    name = {}
    for line in list(open(os.path.join(a, "qrels", "dev.tsv"), encoding="utf8"))[1:]:
        q, d, g = line.split()
        name.setdefault(q, doc[d][0])
        if int(g) > 0 and " ".join(plain_words(doc[d][1])) not in seen:
            ex.append((doc[d][0], qtype[q], doc[d][1]))
    queries = [(x["_id"], x["text"], qtype[x["_id"]], group(name[x["_id"]])) for x in rows if x["_id"] in name]
    return ex, queries


# ---------------------------------------------------------------- learning
def matrix(sets, voc):
    """Binary, L2-normalised over the known features: every value is 1/sqrt(number of known distinct features)."""
    ind, ptr = [], [0]
    for s in sets:
        ind.extend(sorted(voc[g] for g in s if g in voc))
        ptr.append(len(ind))
    n = np.diff(ptr)
    dat = np.repeat(1 / np.sqrt(np.maximum(n, 1)), n).astype(np.float32)
    return sp.csr_matrix((dat, np.array(ind, np.int32), np.array(ptr)), shape=(len(sets), len(voc)))


def fit(x, y, w, c, iters):
    m = LogisticRegression(C=c, max_iter=iters, tol=1e-3).fit(x, y, sample_weight=w)
    full_w = np.zeros((len(CLASSES), x.shape[1]))
    full_b = np.full(len(CLASSES), -8.0)            # classes that a fold does not have
    full_w[m.classes_] = m.coef_ - m.coef_.mean(0)
    full_b[m.classes_] = m.intercept_ - m.intercept_.mean()
    return full_w, full_b


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--collections", required=True)
    ap.add_argument("--output", required=True)
    ap.add_argument("--fold", help="K/N: leave out the conditions of fold K of N (0-based)")
    ap.add_argument("--queries-output", help="with --fold: the fold's queries (id, text, qtype), default OUTPUT.queries.tsv")
    ap.add_argument("--features", type=int, default=10000, help="features kept")
    ap.add_argument("--ngrams", type=int, default=2)
    ap.add_argument("--first", type=int, default=20, help="words in the ^ namespace")
    ap.add_argument("--first-ngrams", type=int, default=3)
    ap.add_argument("--min-groups", type=int, default=3, help="a feature occurs under at least so many conditions")
    ap.add_argument("--max-words", type=int, default=180, help="passage length")
    ap.add_argument("--C", type=float, default=30.0)
    ap.add_argument("--prior", type=float, default=0.5, help="share of the log prior taken out of the biases")
    ap.add_argument("--iterations", type=int, default=100)
    ap.add_argument("--palpate", default=os.path.join(os.path.dirname(__file__), "../../target/debug/palpate"),
                    help="the program that knows the hash of what goes in; to be built after every change of this script")
    a = ap.parse_args()

    ex, queries = read(a.collections)
    left_out = ""
    if a.fold:
        k, n = map(int, a.fold.split("/"))
        ex = [e for e in ex if fold_of(group(e[0]), n) != k]
        sub = [q for q in queries if fold_of(q[3], n) == k]
        with open(a.queries_output or a.output + ".queries.tsv", "w", encoding="utf8") as f:
            f.write("query-id\ttext\tqtype\n")
            for q in sub:
                f.write("%s\t%s\t%s\n" % q[:3])
        left_out = "# left out: the conditions of fold %d of %d (%d queries)\n" % (k, n, len(sub))

    sets, y, w, gid = [], [], [], []
    for title, cls, text in ex:
        own = {x for x in plain_words(title) if x not in NAME_STOP}
        own |= {x + "s" for x in own}
        ps = passages(text, a.max_words)
        for p in ps:
            raw, tk = plain_words(p), []
            for x in raw:
                if x in own:
                    tk.append(CUT)
                else:
                    tk.append("#" if x[0].isdigit() else x)
            sets.append(features(tk, a.ngrams, a.first, a.first_ngrams))
            y.append(CLASSES.index(cls))
            w.append(len(ps) ** -0.5)
            gid.append(group(title))
    y, w = np.array(y), np.array(w)
    where = collections.defaultdict(set)
    for s, g in zip(sets, gid):
        for t in s:
            where[t].add(g)
    cand = sorted(t for t, g in where.items() if len(g) >= a.min_groups)
    df = np.array([len(where[t]) for t in cand])
    voc = {t: i for i, t in enumerate(cand)}
    print("examples %d, passages %d, candidate features %d" % (len(ex), len(sets), len(cand)), file=sys.stderr)
    if len(cand) > a.features:
        W, _ = fit(matrix(sets, voc), y, w, a.C, a.iterations)
        imp = np.abs(W).max(0) * np.sqrt(df)
        keep = sorted(cand[i] for i in np.argsort(-imp, kind="stable")[:a.features])
        voc = {t: i for i, t in enumerate(keep)}
    else:
        keep = cand
    W, b = fit(matrix(sets, voc), y, w, a.C, a.iterations)
    prior = np.log((np.bincount(y, weights=w, minlength=len(CLASSES)) + 1.0) / w.sum())
    b = b - a.prior * prior
    b -= b.mean()
    scale = np.abs(W).max() / 127
    Q = np.rint(W / scale).astype(int)
    live = np.abs(Q).max(0) > 0
    with open(a.output, "w", encoding="utf8") as f:
        f.write("# What a passage is about: multinomial logistic regression over word n-grams; made by learn_passages.py.\n"
                "# Learned from MedQuAD (Ben Abacha and Demner-Fushman, A question-entailment approach to question\n"
                "# answering, BMC Bioinformatics 20, 511, 2019), question types and headings. MedQuAD is CC BY 4.0,\n"
                "# https://creativecommons.org/licenses/by/4.0/; of its text only these weights are here.\n" + left_out)
        f.write("# options: %s\n" % " ".join("%s=%s" % (k, v) for k, v in sorted(vars(a).items())
                                             if k in ("features", "min_groups", "max_words", "C", "prior", "iterations")))
        inputs = subprocess.run([a.palpate, "terms", "--inputs-of", "passages"], capture_output=True, text=True, check=True)
        f.write("# inputs: %s\n" % inputs.stdout.strip())
        f.write("# classes: %s\n" % " ".join(NAMES[c] for c in CLASSES))
        f.write("# bias: %s\n" % " ".join("%d" % round(x / scale) for x in b))
        f.write("# scale: %.9g\n# ngrams: %d\n# opening: %d\n# opening ngrams: %d\n# normalised: yes\n\n"
                % (scale, a.ngrams, a.first, a.first_ngrams))
        for t, i in sorted(voc.items()):
            shown = " ".join("%d:%d" % (k, q) for k, q in enumerate(Q[:, i]) if q)
            if shown:
                f.write("%s\t%s\n" % (t, shown))
    print("features %d (%d all zero), scale %.5f, %d bytes" % (len(voc), (~live).sum(), scale, os.path.getsize(a.output)), file=sys.stderr)


if __name__ == "__main__":
    main()
