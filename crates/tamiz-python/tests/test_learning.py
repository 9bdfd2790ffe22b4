"""Corpus-level stages: what is learned in batches, in any division, is what the command line learns."""

import pathlib
import subprocess
import tempfile
import unittest

import pyarrow as pa

import tamiz
from support import DEFINITION, TAMIZ, by_fate, lines, pages, run


def batches(size):
    rows = pages()
    schema = pa.schema([("id", pa.utf8()), ("text", pa.utf8()), ("url", pa.utf8())])
    return [pa.RecordBatch.from_pylist(rows[at : at + size], schema=schema) for at in range(0, len(rows), size)]


def learned(pipeline, parts):
    for batch in parts:
        pipeline.fit_batch(batch)
    return pipeline.state()


class Learning(unittest.TestCase):
    def test_any_division_and_order_gives_the_state_of_the_command_line(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "in.jsonl").write_text("".join(line + "\n" for line in lines(pages())), encoding="utf-8")
            (folder / "p.toml").write_text(DEFINITION, encoding="utf-8")
            command = [TAMIZ, "fit", folder / "p.toml", folder / "in.jsonl", "-o", folder / "s", "--quiet"]
            subprocess.run(command, check=True)
            expected = (folder / "s").read_bytes()
        for size in (7, 20, 1000):
            self.assertEqual(learned(tamiz.Pipeline.from_text(DEFINITION), batches(size)), expected)
        parts = batches(9)
        states = [tamiz.Pipeline.from_text(DEFINITION).state_of_batch(part) for part in parts]
        for order in (states, states[::-1], states[3:] + states[:3]):
            self.assertEqual(tamiz.Pipeline.from_text(DEFINITION).merge_states(order), expected)
            pipeline = tamiz.Pipeline.from_text(DEFINITION)
            for state in order:
                pipeline.merge(state)
            self.assertEqual(pipeline.state(), expected)

    def test_a_pipeline_that_has_learned_cleans_as_the_command_line_does(self):
        pipeline = tamiz.Pipeline.from_text(DEFINITION)
        state = learned(pipeline, batches(11))
        self.assertIsNone(pipeline.finish())
        rows = [row for batch in batches(13) for row in pipeline.process_batch(batch).to_pylist()]
        self.assertEqual(by_fate(rows), run(DEFINITION, pages()))
        self.assertIn('"repeated"', rows[0]["tamiz"])
        other = tamiz.Pipeline.from_text(DEFINITION, state=state)
        self.assertEqual(other.clean(pages()[0]["text"]), pipeline.clean(pages()[0]["text"]))

    def test_a_stranger_s_state_is_refused(self):
        state = learned(tamiz.Pipeline.from_text(DEFINITION), batches(20))
        other = DEFINITION.replace('use = "repeats"', 'use = "repeats"\nmin_pages = 5')
        with self.assertRaisesRegex(tamiz.TamizError, "does not fit"):
            tamiz.Pipeline.from_text(other).merge(state)


if __name__ == "__main__":
    unittest.main()
