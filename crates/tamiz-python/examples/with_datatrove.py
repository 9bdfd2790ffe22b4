"""Cleans a folder of JSON Lines with datatrove on this machine: `python with_datatrove.py PIPELINE FOLDER OUT`."""

import sys

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from tamiz.datatrove import Join, Learn, Tamiz, record

if __name__ == "__main__":
    pipeline, folder, out = sys.argv[1:]
    states = f"{out}/states"

    def pages():
        return JsonlReader(folder, add_file_path=False)

    def run(steps, tasks=1, after=None):
        """An executor, its journal in the output; SlurmPipelineExecutor takes the same, and a partition."""
        logs = f"{out}/logs/{steps[-1].__class__.__name__}"
        return LocalPipelineExecutor(steps, tasks=tasks, workers=2, depends=after, logging_dir=logs, skip_completed=False)

    # Only a pipeline with a stage that learns, such as `repeats`, needs the first two.
    learn = run([pages(), Learn(pipeline, states)], tasks=3)
    join = run([Join(pipeline, states)], after=learn)
    writer = JsonlWriter(f"{out}/clean", compression=None, adapter=record)
    dropped = JsonlWriter(f"{out}/dropped", compression=None, adapter=record)
    run([pages(), Tamiz(pipeline, states, exclusion_writer=dropped), writer], tasks=3, after=join).run()
