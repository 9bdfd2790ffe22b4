"""What the tests share: pages of their own, and `tamiz run` to hold results against."""

import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
TAMIZ = os.environ.get("TAMIZ", str(ROOT / "target" / "release" / "tamiz"))

# A pipeline with a stage that learns, one that drops documents, and all kinds of marks.
DEFINITION = """\
name = "many"

[[stage]]
use = "language"
keep = ["en", "es"]

[[stage]]
use = "repeats"

[[stage]]
use = "boilerplate"

[[stage]]
use = "sentences"

[[stage]]
use = "names"
mode = "rewrite"
"""


def pages():
    """Sample pages of three sites, each with boxes of its own that no rule can know; and some odd ones."""
    told = [
        "The river rose by two metres on Sunday night, and the town closed both of its bridges.",
        "El ministro Serguéi Riabkov llegó a Pekín el lunes y habló con la prensa antes de la reunión.",
        "Der Zug nach Hamburg fährt heute wegen der Bauarbeiten eine Stunde später ab als sonst.",
        "Nobody was hurt, the mayor said; the school stays shut until Wednesday at the earliest.",
        "La cosecha de aceituna será menor este año, según las cooperativas de la provincia de Jaén.",
    ]
    sites = {
        "https://www.north.example/": ["The North Star — since 1897", "Weather 12° / 4°"],
        "https://south.example/": ["Todo el sur en tu bolsillo", "Hoy 21:30 Cine de verano"],
        None: ["A box without a site"],
    }
    pages = []
    for number in range(60):
        url, boxes = list(sites.items())[number % 3]
        # Every seventh page is all German, which the pipeline drops.
        step_of = lambda step: 2 if number % 7 == 6 else (number + step) % len(told)
        body = [told[step_of(step)].replace("two", str(number)) for step in range(3)]
        page = {"id": f"page-{number}", "text": "\n".join([*boxes, f"Story {number} of the day", "", *body, "Share on Facebook"])}
        if url:
            page["url"] = f"{url}{number}"
        pages.append(page)
    pages.append({"id": "empty", "text": ""})
    pages.append({"id": "escapes", "text": "A tab\tand \"quotes\" \\ and \u0001 a control \U0001f600.\nShare on Facebook"})
    return pages


def lines(records):
    """Records as the lines that `tamiz run` writes."""
    return [json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records]


def record_line(row):
    """A row of a cleaned batch as the line that `tamiz run` writes for it."""
    head = {"id": row["id"], "text": row["text"]}
    if row.get("url") is not None:
        head["url"] = row["url"]
    return lines([head])[0][:-1] + ',"tamiz":' + row["tamiz"] + "}"


def run(definition, records, *options):
    """What `tamiz run` makes of the records: lines kept, and lines dropped, both in input order."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "in.jsonl").write_text("".join(line + "\n" for line in lines(records)), encoding="utf-8")
        (folder / "pipeline.toml").write_text(definition, encoding="utf-8")
        command = [TAMIZ, "run", folder / "pipeline.toml", folder / "in.jsonl", "-o", folder / "out", "--quiet"]
        subprocess.run([*command, *options], check=True)
        read = lambda pattern: [
            line
            for part in sorted((folder / "out").glob(pattern))
            for line in part.read_text(encoding="utf-8").split("\n")
            if line
        ]
        return read("part-*.jsonl"), read("dropped/part-*.jsonl")


def by_fate(rows):
    """Lines of the rows kept and of those dropped, in order, to compare with those of `run`."""
    lines_of = lambda fate: [record_line(row) for row in rows if row["tamiz_fate"] == fate]
    return lines_of("kept"), lines_of("dropped")
