"""Obeys "start" and "complete" on its input for one process and answers each in one line; run.mjs speaks to several of these at once."""

import gc
import sys

from process_tracker.process_tracker import ProcessTracker

print("ready", flush=True)
for line in sys.stdin:
    try:
        if line.strip() == "start":
            run = ProcessTracker(
                process_name="Parallel starts", process_type="Load", actor_name="Parallel", tool_name="Python"
            )
            print("started", flush=True)
        else:
            run.change_run_status("completed")
            print("completed", flush=True)
    except Exception as error:
        print("refused: " + " ".join(str(error).split()), flush=True)
    # A refused start leaves a session behind in cycles; its connection would stay open.
    gc.collect()
