"""The README, as a reader would follow it: the block for Ray is copied and run as it stands, and so is all its Python."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import pyarrow.parquet

from support import ROOT, by_fate, run
from test_engines import engine

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", README.read_text(encoding="utf-8"), re.S | re.M)


class Readme(unittest.TestCase):
    def test_one_block_leads_from_pip_install_to_a_cleaned_ray_dataset(self):
        engine("ray.data")
        if not shutil.which("cargo"):
            self.skipTest("the block builds the package, and there is no cargo")
        (block,) = blocks("sh")
        # A folder that looks like the checkout, so that what the block writes is not left in it.
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for name in ("crates", "tests", "pipelines"):
                (folder / name).symlink_to(ROOT / name)
            environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", RAY_DATA_DISABLE_PROGRESS_BARS="1")
            done = subprocess.run(
                ["bash", "-euc", block], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            self.assertEqual(done.returncode, 0, done.stdout[-8000:])
            rows = pyarrow.parquet.read_table(folder / "target/clean-pages").to_pylist()
        definition = (ROOT / "pipelines/news.toml").read_text(encoding="utf-8")
        lines = (ROOT / "tests/corpus/pages.jsonl").read_text(encoding="utf-8").splitlines()
        # The columns that are compared; the block's dataset has all of them.
        records = [{key: page[key] for key in ("id", "text", "url") if key in page} for page in map(json.loads, lines)]
        kept, dropped = run(definition, records)
        self.assertEqual(by_fate(rows), (kept, dropped))
        self.assertTrue(kept)

    def test_its_python_does_what_it_says(self):
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(ROOT)
        self.assertEqual(len(blocks("python")), 2)
        for block in blocks("python"):
            exec(compile(block, str(README), "exec"), {})


if __name__ == "__main__":
    unittest.main()
