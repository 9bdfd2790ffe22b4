# Every task of the project. `just` alone lists them.

shared := env("TAMIZ_SHARED", "../shared")

_default:
    @just --list --unsorted

# Clean the sample pages and show what it did
demo:
    cargo run --release -- run pipelines/news-es.toml tests/corpus -o target/demo --overwrite

# All tests, as in the README
test *ARGUMENTS:
    cargo test --workspace {{ARGUMENTS}}

# All that CI does
check:
    .ci/run

# Formatting and lints, with fixes
fix:
    cargo fmt --all
    cargo clippy --workspace --all-targets --fix --allow-dirty --allow-staged

# The schema that editors check definitions with
schema:
    cargo run -q -- schema > pipelines/pipeline.schema.json

# Build the documentation site
guide DIR="target/guide":
    cargo run -q -p tamiz-guide -- site {{DIR}}

# Start a stage: its crate, and a row in every place that names stages
new-stage NAME:
    cargo run -q -p tamiz-guide -- new-stage {{NAME}}

# Bring the Markdown cases to what the program does, to be read before they are committed
cases:
    TAMIZ_CASES=write cargo test -q -p tamiz-tests every_case_does_what_it_says

# Feed definitions, crawls, tables, pages and documents of any bytes, a minute each; what fails is left in target/fuzz/crashes
fuzz *ARGUMENTS:
    tests/fuzz/run {{ARGUMENTS}}

# Time every stage and every definition
bench *ARGUMENTS:
    cargo bench -p tamiz-benches {{ARGUMENTS}}

# Hold the instructions of every stage against .ci/instructions.json (needs valgrind); `--write` records those of now
instructions *ARGUMENTS:
    cargo build --release
    python3 .ci/instructions.py {{ARGUMENTS}}

# How the work of reading a page grows with its length, in instructions a byte (needs valgrind)
html-growth *ARGUMENTS:
    cargo build --release
    python3 .ci/html_growth.py {{ARGUMENTS}}

# Beside programs that do a part of the same work, about a quarter of an hour; see benches/peers
peers *ARGUMENTS:
    cargo build --release
    python3 benches/peers/bench.py {{ARGUMENTS}}

# What the page on scaling reckons with, about three minutes; with the wheel of `just python`, Python's speed too
scaling *ARGUMENTS:
    cargo build --release
    if [ -x target/python/venv/bin/python ]; then target/python/venv/bin/python benches/scaling.py {{ARGUMENTS}}; \
        else python3 benches/scaling.py {{ARGUMENTS}}; fi

# Whether memory stays the same for 20 times the corpus, about five minutes
memory *ARGUMENTS:
    cargo build --release
    python3 benches/memory.py {{ARGUMENTS}}

# Quality on the development sets, where they are at hand
evaluate AREA="all" *ARGUMENTS:
    cargo build --release
    python3 {{shared}}/eval/evaluate.py {{AREA}} --data {{shared}}/data {{ARGUMENTS}}

# Throughput against the floor of reading and writing, where the development sets are at hand
throughput *ARGUMENTS:
    cargo build --release
    python3 {{shared}}/eval/throughput.py {{ARGUMENTS}}

# Hold the quality figures against .ci/figures.json; `just ratchet --write` raises the bar to what is measured
ratchet *ARGUMENTS:
    cargo build --release
    python3 .ci/ratchet.py {{ARGUMENTS}}

# The Python package: the wheel, its tests and examples, in target/python
python:
    cargo build --release
    .ci/python

# Licences and sources of the dependencies (needs cargo-deny)
deny:
    cargo deny check
