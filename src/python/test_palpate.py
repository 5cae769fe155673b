"""The package as it is installed, with the program that PALPATE_BIN names."""

import tempfile
import unittest
import warnings
from pathlib import Path

import palpate

TEXTS = {
    "gout": "Gout\n\nRisks\n\nTell us if you have gout. Rarely, a stroke.\n",
    "neck": "Neck pain\n\nCost\n\nA visit costs $80.\n",
    "bones": "Brittle bones\n\nWho should not have it\n\nDo not use it with severe osteoporosis.\n",
}


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.place = Path(cls.folder.name)
        (cls.place / "texts").mkdir()
        for name, text in TEXTS.items():
            (cls.place / "texts" / f"{name}.txt").write_text(text)
        cls.index = palpate.build(cls.place / "texts", cls.place / "index")

    def test_a_build_says_what_it_did(self):
        self.assertEqual(self.index.report["documents"], 3)
        self.assertRegex(palpate.version(), r"^\d+\.\d+\.\d+")

    def test_a_search_is_that_of_the_program(self):
        found = palpate.open(self.index.path).search("osteoporosis", limit=1, explain=True)
        self.assertEqual([Path(hit["source"]).name for hit in found["hits"]], ["bones.txt"])
        self.assertIn("explanation", found["hits"][0])
        self.assertEqual(found["facets"]["silent"]["count"], 2)
        self.assertEqual(self.index.search("-gout")["hits"], [])
        only = self.index.search("gout visit", source="neck.txt")
        self.assertEqual({Path(hit["source"]).name for hit in only["hits"]}, {"neck.txt"})

    def test_an_audit_says_who_is_silent(self):
        topic = self.index.audit("gout")["topics"][0]
        self.assertEqual(topic["sources"]["silent"], 2)

    def test_a_run_can_be_written_read_and_measured(self):
        queries = {"1": "gout", "2": "what does it cost"}
        run = self.index.run(queries)
        best = {query: max(found, key=found.get) for query, found in run.items()}
        self.assertTrue(best["1"].endswith("gout.txt") and best["2"].endswith("neck.txt"))
        path = self.place / "palpate.run"
        palpate.write_run(run, path)
        self.assertEqual(palpate.read_run(path), run)
        qrels = {query: {document: 1} for query, document in best.items()}
        measured = self.index.evaluate(queries, qrels, run=run)
        self.assertEqual(measured["overall"]["ndcg_10"]["mean"], 1.0)
        self.assertEqual(self.index.evaluate(queries, qrels)["overall"]["n"], 2)

    def test_what_goes_wrong_is_said_in_the_words_of_the_program(self):
        with self.assertRaisesRegex(palpate.Error, "no index at"):
            palpate.open(self.place / "nothing")
        with self.assertRaisesRegex(palpate.Error, "is no aspect"):
            self.index.search("gout", aspects=["rsk"])
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.index.search("?")
        self.assertTrue(any("no words" in str(one.message) for one in caught))


if __name__ == "__main__":
    unittest.main()
