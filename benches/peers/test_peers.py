"""Tests of the bench's own logic. No peer is installed and nothing is timed."""

from __future__ import annotations

import html
import itertools
import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bench
import corpus
import environments
import report
from entries import ENTRIES, ENVIRONMENTS, GROUPS, Entry
from measure import Measure, Round, RunFailed, run, summarize


def rounds(*pairs: tuple[float, float], start: float = 0.0) -> list[Round]:
    """Rounds of (wall, cpu) seconds."""
    return [Round(Measure(wall, cpu, 50.0), Measure(start, start, 40.0)) for wall, cpu in pairs]


class TheCorpus(unittest.TestCase):
    def test_a_seed_gives_the_same_bytes_and_another_seed_others(self) -> None:
        first, again, other = (
            "".join(page.record for page in itertools.islice(corpus.pages(seed), 30)) for seed in (3, 3, 4)
        )
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)

    def test_a_small_corpus_is_the_beginning_of_a_large_one(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            small, large = Path(folder) / "small.jsonl", Path(folder) / "large.jsonl"
            corpus.write_jsonl(str(small), 0.05)
            written = corpus.write_jsonl(str(large), 0.2)
            self.assertTrue(large.read_bytes().startswith(small.read_bytes()))
            self.assertGreaterEqual(written["bytes"], 200_000)
            records = [json.loads(line) for line in large.read_text(encoding="utf-8").splitlines()]
            self.assertEqual(written["pages"], len(records))
            self.assertEqual(written["bytes"], sum(len(record["text"].encode()) for record in records))
            self.assertEqual(len({record["id"] for record in records}), len(records))

    def test_pages_have_the_lengths_of_the_web_s(self) -> None:
        pages = list(itertools.islice(corpus.pages(corpus.SEED), 400))
        lines = [len(line.encode()) for page in pages for line in page.text.split("\n")]
        self.assertTrue(52 <= sum(lines) / len(lines) <= 68, "bytes a line")
        self.assertTrue(160 <= len(lines) / len(pages) <= 230, "lines a page")
        self.assertTrue(10_000 <= sum(lines) / len(pages) <= 13_500, "bytes a page")
        long = sum(length for length in lines if length > 120) / sum(lines)
        self.assertTrue(0.55 <= long <= 0.75, "share of bytes in paragraphs")

    def test_every_language_comes_up_about_as_often_as_asked(self) -> None:
        pages = list(itertools.islice(corpus.pages(corpus.SEED), 600))
        for language, share in corpus.SHARES.items():
            found = 100 * sum(page.language == language for page in pages) / len(pages)
            self.assertTrue(share / 2 <= found <= share * 2, f"{language}: {found} of a hundred")

    def test_no_slot_stays_open_and_no_line_is_empty(self) -> None:
        for page in itertools.islice(corpus.pages(1), 100):
            self.assertNotIn("{", page.text)
            self.assertNotIn("}", page.text)
            self.assertTrue(all(line.strip() for line in page.text.split("\n")))

    def test_html_says_what_the_text_says_in_order_and_closes_what_it_opens(self) -> None:
        for page in itertools.islice(corpus.pages(2), 40):
            document = corpus.as_html(page)
            place = document.index("<body")
            for block in page.blocks:
                place = document.index(html.escape(block.text, quote=False), place) + 1
            for tag in "nav header main article aside section footer ul li p a figure".split():
                opened = len(re.findall(rf"<{tag}[ >]", document))
                self.assertEqual(opened, document.count(f"</{tag}>"), f"{tag} in page {page.number}")


class Figures(unittest.TestCase):
    def test_the_ratio_is_the_median_of_the_rounds_own_ratios(self) -> None:
        # The machine was three times as slow in the second round: both suffer alike, and the ratio does not.
        tamiz = rounds((1.0, 1.0), (3.0, 3.0), (1.0, 1.0))
        peer = rounds((2.0, 4.0), (6.0, 12.0), (2.0, 4.0))
        found = summarize(peer, 10.0, (tamiz, 10.0), (tamiz, 10.0))
        self.assertAlmostEqual(found.cpu_of_baseline or 0.0, 4.0)
        self.assertAlmostEqual(found.wall_of_baseline or 0.0, 2.0)
        self.assertAlmostEqual(found.wall_rate, 5.0)
        self.assertAlmostEqual(found.cpu_rate, 2.5)

    def test_a_ratio_is_for_the_same_text_whatever_the_sizes(self) -> None:
        found = summarize(rounds((1.0, 1.0)), 2.0, (rounds((2.0, 2.0)), 40.0), None)
        self.assertAlmostEqual(found.cpu_of_baseline or 0.0, 10.0)
        self.assertIsNone(found.cpu_of_floor)

    def test_start_up_is_told_and_taken_off(self) -> None:
        found = summarize(rounds((3.0, 3.0), start=1.0), 10.0, None, None)
        self.assertAlmostEqual(found.wall_rate, 5.0)
        self.assertAlmostEqual(found.start, 1.0)

    def test_noise_in_the_start_up_makes_no_rate_negative_or_endless(self) -> None:
        found = summarize(rounds((1.0, 1.0), start=1.5), 10.0, None, None)
        self.assertAlmostEqual(found.wall_rate, 200.0)


class Running(unittest.TestCase):
    def run_python(self, program: str, limit: float = 60.0) -> Measure:
        with tempfile.TemporaryDirectory() as folder:
            return run([sys.executable, "-c", program], Path(folder) / "log", limit)

    def test_memory_and_time_of_a_run_are_seen(self) -> None:
        found = self.run_python("block = bytearray(90_000_000)")
        self.assertGreater(found.memory, 90)
        self.assertGreater(found.wall, 0)

    def test_a_program_that_fails_is_told_with_its_last_words(self) -> None:
        with self.assertRaisesRegex(RunFailed, "status 1: ValueError: the reason"):
            self.run_python("raise ValueError('the reason')")

    def test_a_program_that_does_not_end_is_ended(self) -> None:
        with self.assertRaisesRegex(RunFailed, "not done within"):
            self.run_python("import time; time.sleep(600)", limit=0.3)


class TheTable(unittest.TestCase):
    base = Entry("Sentences", "tamiz sentences", "the stage", work="sentences", baseline=True)
    peer = Entry("Sentences", "pySBD", "is told the language", "pysbd", "pysbd", "libraries")
    gone = Entry("Sentences", "other", "more of it", "other", "other-name", "libraries")

    def test_it_has_a_row_for_what_was_measured_and_a_reason_for_what_was_not(self) -> None:
        own = {self.base: rounds((1.0, 1.0)), self.peer: rounds((5.0, 25.0)), self.gone: []}
        sizes = {self.base: 10.0, self.peer: 10.0}
        faults = {self.gone: "pip could not install it"}
        summaries = bench.summaries_of(own, sizes, faults)
        text = report.table(list(own), summaries, faults, {"pysbd": "0.3.4"})
        self.assertIn("| **tamiz sentences** | 10.0 | 10.0 | 1 | 1 | – | 0.00 | 50 | 10.0 |", text)
        self.assertIn("| pySBD (0.3.4) | 2.0 | 0.40 | 25 | 5.0 | – | 0.00 | 50 | 10.0 |", text)
        self.assertIn("- pySBD (0.3.4): is told the language.", text)
        self.assertIn("- **Not measured**: other: pip could not install it.", text)
        rows = [line for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(len({line.count("|") for line in rows}), 1, "every row has as many cells as the head")

    def test_who_failed_in_a_later_round_has_no_figures(self) -> None:
        own = {self.base: rounds((1.0, 1.0)), self.peer: rounds((5.0, 5.0))}
        summaries = bench.summaries_of(own, {self.base: 10.0, self.peer: 10.0}, {self.peer: "status 1"})
        self.assertNotIn(self.peer, summaries)

    def test_figures_have_the_digits_that_count(self) -> None:
        shown = [report.figure(value) for value in (None, 0.027, 1.234, 9.87, 45.6, 1234.5)]
        self.assertEqual(shown, ["–", "0.03", "1.23", "9.9", "46", "1,234"])


class TheEntries(unittest.TestCase):
    def test_every_group_has_one_baseline_and_every_peer_an_environment_that_installs_its_package(self) -> None:
        packages = {
            environment.name: {environments.bare(one) for text in environment.packages for one in text.split()}
            for environment in ENVIRONMENTS
        }
        self.assertEqual({entry.group for entry in ENTRIES}, set(GROUPS))
        for group in GROUPS:
            self.assertEqual(sum(entry.baseline for entry in ENTRIES if entry.group == group), 1, group)
        for entry in ENTRIES:
            if entry.environment:
                self.assertIn(entry.package.lower(), packages[entry.environment], entry.name)

    def test_every_piece_of_work_is_there(self) -> None:
        import work

        for entry in ENTRIES:
            if entry.environment and entry.environment != "dolma":
                self.assertIn(entry.work, work.WORKS)
            elif entry.work.endswith(".toml"):
                self.assertTrue((bench.ROOT / "pipelines" / entry.work).exists(), entry.work)

    def test_a_requirement_s_name_is_found(self) -> None:
        self.assertEqual([environments.bare(one) for one in ("boto3<1.27", "a_B==1", "x[y]")], ["boto3", "a-b", "x"])


if __name__ == "__main__":
    unittest.main()
