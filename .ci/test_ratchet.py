"""What the ratchet promises: no figure falls unnoticed, and none is lowered by --write."""

import unittest

import ratchet


class Ratchet(unittest.TestCase):
    def test_a_figure_that_falls_or_vanishes_is_named(self):
        recorded = {"a.f1": 0.9, "b.f1": 0.5, "c.f1": 0.7}
        faults = ratchet.compare(recorded, {"a.f1": 0.9, "b.f1": 0.49})
        self.assertEqual([fault.split(":")[0] for fault in faults], ["b.f1", "c.f1"])

    def test_rounding_is_no_fall(self):
        self.assertEqual(ratchet.compare({"a": 0.9001}, {"a": 0.9}), [])

    def test_writing_raises_and_never_lowers(self):
        self.assertEqual(ratchet.raised({"a": 0.9, "b": 0.5}, {"a": 0.8, "b": 0.6, "c": 1}), {"a": 0.9, "b": 0.6, "c": 1})

    def test_figures_without_goal_or_peer_are_not_held(self):
        reports = [{"area": "x", "figures": [
            {"metric": "x.f1", "value": 0.5, "goal": ">= 0.4"},
            {"metric": "x.count", "value": 7},
            {"metric": "x.peer", "value": 0.2, "peer": 0.1},
        ]}]
        self.assertEqual(ratchet.figures(reports), {"x.f1": 0.5, "x.peer": 0.2})


if __name__ == "__main__":
    unittest.main()
