"""The bound on instruction counts; no program is run."""

import tempfile
import unittest
from pathlib import Path

import instructions


class Bound(unittest.TestCase):
    def fails(self, recorded: float, measured: float) -> bool:
        [(_, fine)] = instructions.verdicts({"names": recorded}, {"names": measured})
        return not fine

    def test_five_per_cent_more_fail_and_less_do_not(self) -> None:
        self.assertFalse(self.fails(100.0, 104.9))
        self.assertTrue(self.fails(100.0, 105.2))
        self.assertFalse(self.fails(100.0, 50.0))

    def test_a_pipeline_that_only_one_side_knows_fails(self) -> None:
        self.assertEqual([fine for _, fine in instructions.verdicts({"gone": 1.0}, {"new": 1.0})], [False, False])

    def test_the_longer_sample_is_the_shorter_one_several_times(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            (_, once), (path, twice) = instructions.sample(Path(name), 1), instructions.sample(Path(name), 2)
            self.assertEqual(2 * once, twice)
            self.assertEqual(len(path.read_text(encoding="utf-8").splitlines()) % 2, 0)

    def test_every_stage_has_a_definition(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            found = instructions.definitions(Path(name))
            self.assertEqual(len(found), len(instructions.STAGES) + 2)
            self.assertTrue(all(path.exists() for path in found.values()))


if __name__ == "__main__":
    unittest.main()
