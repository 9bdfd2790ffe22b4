"""The class Pipeline: texts and record batches."""

import copy
import pickle
import threading
import unittest

import pyarrow as pa

import tamiz
from support import DEFINITION, by_fate, pages, run

ONE_PASS = DEFINITION.replace('[[stage]]\nuse = "repeats"\n\n', "")


def shout(document):
    """A stage in Python: cuts lines in capitals, drops what is secret, and fails on one text."""
    if document.text == "boom":
        raise ValueError("no such text")
    for start, end in document.kept():
        if document.text[start:end].isupper():
            document.cut(start, end, "shouting", kind="promo")
    if "secret" in document.text:
        document.drop("secret")


class Definitions(unittest.TestCase):
    def test_mistakes_show_their_place_and_a_remedy(self):
        with self.assertRaisesRegex(tamiz.TamizError, r"definition:2:7[\s\S]*did you mean `language`"):
            tamiz.Pipeline.from_text('[[stage]]\nuse = "langauge"\n')
        with self.assertRaisesRegex(OSError, "no pipeline file"):
            tamiz.Pipeline.from_file("there-is-none.toml")

    def test_a_pipeline_tells_what_it_is(self):
        pipeline = tamiz.Pipeline.from_text(DEFINITION)
        self.assertEqual(pipeline.name, "many")
        self.assertEqual(pipeline.stages, ["language", "repeats", "boilerplate", "sentences", "names"])
        self.assertEqual(pipeline.learns, "repeats")
        self.assertEqual(pipeline.definition, DEFINITION)

    def test_a_pipeline_that_has_yet_to_learn_says_so(self):
        with self.assertRaisesRegex(tamiz.TamizError, "`repeats` has not learned"):
            tamiz.Pipeline.from_text(DEFINITION).clean("text")

    def test_copies_and_pickles_are_equal_pipelines(self):
        pipeline = tamiz.Pipeline.from_text(ONE_PASS)
        for other in (copy.copy(pipeline), pickle.loads(pickle.dumps(pipeline))):
            self.assertEqual(other.definition, pipeline.definition)
            self.assertEqual(other.clean("Share on Facebook\nIt rained."), pipeline.clean("Share on Facebook\nIt rained."))


class Texts(unittest.TestCase):
    def test_a_text_comes_back_with_its_marks(self):
        pipeline = tamiz.Pipeline.from_text(ONE_PASS)
        text = "Share on Facebook\nThe river rose by two metres on Sunday night, the town said."
        cleaned = pipeline.clean(text, url="https://www.example.com/1")
        self.assertEqual(cleaned["text"], text.split("\n")[1])
        self.assertEqual(cleaned["fate"], "kept")
        removed = cleaned["tamiz"]["removed"][0]
        self.assertEqual(text[removed["start"] : removed["end"]], "Share on Facebook\n")
        self.assertEqual(pipeline.clean("Der Zug nach Hamburg fährt heute später ab.")["fate"], "dropped")


class Batches(unittest.TestCase):
    def setUp(self):
        self.pipeline = tamiz.Pipeline.from_text(ONE_PASS)

    def test_the_bytes_are_those_of_the_command_line(self):
        batch = pa.RecordBatch.from_pylist(pages())
        rows = self.pipeline.process_batch(batch).to_pylist()
        kept, dropped = run(ONE_PASS, pages())
        self.assertEqual(by_fate(rows), (kept, dropped))
        self.assertTrue(kept and dropped)

    def test_every_layout_of_text_is_read_and_comes_back_as_it_was(self):
        expected = self.pipeline.process_batch(pa.RecordBatch.from_pylist(pages())).column("tamiz")
        texts = [page["text"] for page in pages()]
        urls = [page.get("url") for page in pages()]
        for kind in (pa.utf8(), pa.large_utf8(), pa.string_view()):
            batch = pa.record_batch({"text": pa.array(texts, kind), "url": pa.array(urls, kind)})
            cleaned = self.pipeline.process_batch(batch)
            self.assertEqual(cleaned.schema.field("text").type, kind)
            self.assertEqual(cleaned.column("tamiz"), expected)
            self.assertEqual(self.pipeline.process_batch(batch.slice(7, 20)).column("tamiz"), expected.slice(7, 20))
        batch = pa.record_batch({"text": pa.array([text.encode() for text in texts])})
        self.assertEqual(self.pipeline.process_batch(batch).schema.field("text").type, pa.utf8())

    def test_a_row_that_cannot_be_read_costs_itself_alone(self):
        # A producer that does not check its text: two bytes that are no UTF-8, then a text.
        offsets = pa.py_buffer(b"\0\0\0\0\2\0\0\0\4\0\0\0")
        batch = pa.record_batch(
            {"text": pa.Array.from_buffers(pa.utf8(), 2, [None, offsets, pa.py_buffer(b"\xff\xfeok")])}
        )
        rows = self.pipeline.process_batch(batch).to_pylist()
        self.assertEqual(rows[0]["tamiz_fate"], "error")
        self.assertIn("invalid UTF-8 at byte 0", rows[0]["tamiz_error"])
        self.assertIsNone(rows[1]["tamiz_error"])
        rows = self.pipeline.process_batch(pa.record_batch({"text": pa.array([None, "ok"])})).to_pylist()
        self.assertIn("the text is null", rows[0]["tamiz_error"])

    def test_other_columns_pass_and_marks_of_an_earlier_run_go(self):
        batch = pa.record_batch({"n": [1], "text": ["A."], "tamiz": ["old"], "m": [[1.5, None]]})
        cleaned = self.pipeline.process_batch(batch)
        self.assertEqual(cleaned.schema.names, ["n", "text", "m", "tamiz", "tamiz_fate", "tamiz_error"])
        self.assertEqual(cleaned.column("m").to_pylist(), [[1.5, None]])

    def test_wrong_use_is_told_with_a_remedy(self):
        with self.assertRaisesRegex(KeyError, "did you mean `txt`"):
            self.pipeline.process_batch(pa.record_batch({"txt": ["a"]}))
        with self.assertRaisesRegex(TypeError, "cast it to utf8"):
            self.pipeline.process_batch(pa.record_batch({"text": [1]}))
        with self.assertRaisesRegex(TypeError, "to_batches"):
            self.pipeline.process_batch(pa.table({"text": ["a"]}))
        with self.assertRaisesRegex(TypeError, "an Arrow array, no record batch"):
            self.pipeline.process_batch(pa.array(["a"]))

    def test_any_arrow_library_will_do(self):
        class Foreign:
            def __init__(self, batch):
                self.batch = batch

            def __arrow_c_array__(self, requested_schema=None):
                return self.batch.__arrow_c_array__(requested_schema)

        ours = self.pipeline.process_batch(Foreign(pa.RecordBatch.from_pylist(pages())))
        self.assertIsInstance(ours, tamiz.RecordBatch)
        self.assertEqual(len(ours), len(pages()))
        self.assertEqual(pa.record_batch(ours), self.pipeline.process_batch(pa.RecordBatch.from_pylist(pages())))

    def test_threads_share_a_pipeline(self):
        batch = pa.RecordBatch.from_pylist(pages())
        expected = self.pipeline.process_batch(batch)
        results = []
        threads = [
            threading.Thread(target=lambda: results.append(self.pipeline.process_batch(batch))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [expected] * 4)


class Stages(unittest.TestCase):
    def setUp(self):
        self.pipeline = tamiz.Pipeline.from_text('[[stage]]\nuse = "sentences"\n')
        self.pipeline.add_stage(shout, before="sentences")

    def test_a_stage_in_python_cuts_and_drops(self):
        self.assertEqual(self.pipeline.stages, ["shout", "sentences"])
        cleaned = self.pipeline.clean("ÁÉÍ\nNo shouting here. 😀")
        self.assertEqual(cleaned["text"], "No shouting here. 😀")
        self.assertEqual(
            cleaned["tamiz"]["removed"], [{"start": 0, "end": 4, "kind": "promo", "stage": "shout", "rule": "shouting"}]
        )
        self.assertEqual(self.pipeline.clean("a secret")["tamiz"]["dropped"]["rule"], "secret")

    def test_an_exception_in_it_is_the_row_s_error(self):
        rows = self.pipeline.process_batch(pa.record_batch({"text": ["boom", "fine"]})).to_pylist()
        self.assertIn("`shout` failed on this record: ValueError: no such text", rows[0]["tamiz_error"])
        self.assertEqual(rows[1]["tamiz_fate"], "kept")
        with self.assertRaisesRegex(tamiz.TamizError, "no such text"):
            self.pipeline.clean("boom")

    def test_spans_and_kinds_are_checked_where_they_are_asked_for(self):
        pipeline = tamiz.Pipeline.from_text("")
        pipeline.add_stage(lambda document: document.cut(0, 9, "r"), name="far")
        with self.assertRaisesRegex(tamiz.TamizError, "0..9 is no span of a text of 3 code points"):
            pipeline.clean("abc")
        pipeline = tamiz.Pipeline.from_text("")
        pipeline.add_stage(lambda document: document.cut(0, 1, "r", kind="menu"), name="odd")
        with self.assertRaisesRegex(tamiz.TamizError, "no kind `menu`: write one of interface"):
            pipeline.clean("abc")

    def test_it_goes_where_the_pipeline_goes(self):
        other = pickle.loads(pickle.dumps(self.pipeline))
        self.assertEqual(other.stages, self.pipeline.stages)
        self.assertEqual(other.clean("LOUD\nquiet")["text"], "quiet")


if __name__ == "__main__":
    unittest.main()
