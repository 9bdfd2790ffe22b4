"""The examples with the engines themselves: what they make of the pages is what `tamiz run` makes of them, to the byte.

An engine that is not installed skips, and says so. `TAMIZ_ENGINES` names those that must be: there, a missing one fails.
"""

import contextlib
import importlib
import io
import json
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import unittest

import pyarrow.parquet

import tamiz
from support import DEFINITION, TAMIZ, by_fate, lines, pages, run

EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / "examples"


def engine(name):
    """Imports an engine, or skips the test; fails where it has to be there."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if name in os.environ.get("TAMIZ_ENGINES", "").split():
            raise
        raise unittest.SkipTest(f"{name} is not installed: {error}") from None


class Example(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "pipeline.toml").write_text(DEFINITION, encoding="utf-8")

    def example(self, name, source):
        out = self.folder / "out"
        command = [sys.executable, EXAMPLES / name, self.folder / "pipeline.toml", source, out]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-8000:])
        return out

    def write(self, name, records):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(line + "\n" for line in lines(records)), encoding="utf-8")
        return path

    def check(self, rows):
        """Holds rows, in the input's order, against what `tamiz run` writes."""
        self.assertEqual(by_fate(rows), run(DEFINITION, pages()))
        self.assertEqual([row["tamiz_fate"] for row in rows].count("dropped"), 8)
        self.assertIn('"repeated"', rows[0]["tamiz"])

    def parquet(self, out):
        # Parts are written as they come; the pages have an order of their own.
        rows = pyarrow.parquet.read_table(out).to_pylist()
        order = {page["id"]: place for place, page in enumerate(pages())}
        self.assertEqual(len(rows), len(order))
        return sorted(rows, key=lambda row: order[row["id"]])


class Ray(Example):
    def test_the_example_s_output_is_that_of_the_command_line(self):
        engine("ray.data")
        self.check(self.parquet(self.example("with_ray.py", self.write("in.jsonl", pages()))))


class Spark(Example):
    def test_the_example_s_output_is_that_of_the_command_line(self):
        engine("pyspark.sql")
        self.check(self.parquet(self.example("with_spark.py", self.write("in.jsonl", pages()))))


class Datatrove(Example):
    def files(self, folder):
        return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jsonl"))).splitlines()

    def test_the_example_s_output_is_that_of_the_command_line(self):
        engine("datatrove")
        # Its reader leaves texts out that are empty.
        given = [page for page in pages() if page["text"]]
        for part in range(3):
            self.write(f"in/{part}.jsonl", given[part * 25 : part * 25 + 25])
        out = self.example("with_datatrove.py", self.folder / "in")
        kept, dropped = run(DEFINITION, given)
        self.assertEqual(self.files(out / "clean"), kept)
        went = [json.loads(line) for line in self.files(out / "dropped")]
        self.assertEqual({page.pop("filter_reason") for page in went}, {"language-other-language"})
        self.assertEqual(went, [json.loads(line) for line in dropped])
        self.assertTrue(kept and dropped)
        command = ["fit", self.folder / "pipeline.toml", self.folder / "in", "-o", self.folder / "whole.state"]
        subprocess.run([TAMIZ, *command, "--quiet"], check=True)
        self.assertEqual((out / "states/all.state").read_bytes(), (self.folder / "whole.state").read_bytes())

    def test_states_join_in_two_rounds_to_the_same_bytes(self):
        engine("datatrove")
        from datatrove.data import Document
        from tamiz.datatrove import Join, Learn

        given = [Document(page["text"], page["id"], metadata={"url": page.get("url")}) for page in pages()]
        whole = tamiz.Pipeline.from_text(DEFINITION)
        self.assertTrue(all(whole.fit(page["text"], page.get("url")) for page in pages()))
        pipeline = tamiz.Pipeline.from_text(DEFINITION)
        states, middle = str(self.folder / "states"), str(self.folder / "middle")
        for rank in range(5):
            self.assertEqual(len(list(Learn(pipeline, states).run(iter(given[rank::5]), rank, 5))), len(given[rank::5]))
        with self.assertRaisesRegex(ValueError, "give `joined`"):
            list(Join(pipeline, states).run(None, 0, 2))
        for rank in range(2):
            list(Join(pipeline, states, middle).run(None, rank, 2))
        list(Join(pipeline, middle).run(None, 0, 1))
        self.assertEqual((self.folder / "middle/all.state").read_bytes(), whole.state())

    def test_a_document_that_fails_is_counted_and_told(self):
        engine("datatrove")
        from datatrove.data import Document
        from tamiz.datatrove import Tamiz

        def careful(document):
            if "boom" in document.text:
                raise ValueError("no such text")

        pipeline = tamiz.Pipeline.from_text('[[stage]]\nuse = "boilerplate"\n')
        pipeline.add_stage(careful)
        block = Tamiz(pipeline)
        with contextlib.redirect_stderr(io.StringIO()):
            kept = list(block.run(iter([Document("boom", "1"), Document("It rained.", "2")])))
        self.assertEqual([document.id for document in kept], ["2"])
        self.assertEqual((block.stats["total"].total, block.stats["dropped_error"].total), (2, 1))

    def test_a_pipeline_that_has_yet_to_learn_says_what_to_run(self):
        engine("datatrove")
        from tamiz.datatrove import Tamiz

        block = Tamiz(tamiz.Pipeline.from_text(DEFINITION))
        with self.assertRaisesRegex(tamiz.TamizError, "run Learn and Join first"):
            list(block.run(iter(())))
        self.assertEqual(pickle.loads(pickle.dumps(block)).parcel.digest, block.parcel.digest)


if __name__ == "__main__":
    unittest.main()
