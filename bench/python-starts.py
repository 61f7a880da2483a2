"""Starts and ends runs by ProcessTracker's client, as many as its argument says; prints the rate and what one start sends."""

import json
import sys
import time

from process_tracker.process_tracker import ProcessTracker
from sqlalchemy import event
from sqlalchemy.engine import Engine

sent = {"statements": 0, "commits": 0}


@event.listens_for(Engine, "before_cursor_execute")
def count_statement(*_):
    sent["statements"] += 1


@event.listens_for(Engine, "commit")
def count_commit(*_):
    sent["commits"] += 1


def start():
    return ProcessTracker(process_name="python starts", process_type="Load", actor_name="bench", tool_name="Python")


start().change_run_status("completed")
sent.update(statements=0, commits=0)
run = start()
once = dict(sent)
run.change_run_status("completed")
times = int(sys.argv[1])
began = time.monotonic()
for _ in range(times):
    start().change_run_status("completed")
print(json.dumps({"rate": times / (time.monotonic() - began), **once}))
