"""Run a case in child processes that die, or whose disk is full, at a chosen moment; prints how each ended as JSON.

    python crash_driver.py FOLDER WAY COUNT        WAY: killed | killed-in-report | full

FOLDER holds copies of one case, named 0 to COUNT and "warm": the last is run to load the compiled code once, number 0 is
only counted, the others each meet their end at another moment, spread evenly over all syncs and renames of a run.
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path

from tidewaiter import errors, pipeline


def count_moments(stop_at, report):
    """Kill this process at moment `stop_at`; returns a list that grows by one at each moment."""
    moments = []

    def counted(real):
        def call(*args, **kwargs):
            moments.append(real.__name__)
            if len(moments) == stop_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return call

    def start(stage):
        if (stage == "report") == report:
            for name in ("fsync", "replace", "rename"):
                if not hasattr(getattr(os, name), "__wrapped__"):
                    setattr(os, name, counted(getattr(os, name)))

    return moments, start


def child(root, stop_at, way):
    """Run a case; the exit code is 0 when it came to its end."""
    if way == "full":
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (stop_at, hard))
        try:
            pipeline.run(root, report=False)
        except errors.TidewaiterError as error:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            (root.parent / f"{root.name}.json").write_text(json.dumps([type(error).__name__, str(error)]))
            return 1
        return 0
    report = way == "killed-in-report"
    moments, start = count_moments(stop_at, report)
    started = []

    def progress(stage):
        if not started or (report and stage == "report"):
            start(stage)
        started.append(stage)

    pipeline.run(root, report=report, progress=progress)
    (root.parent / f"{root.name}.json").write_text(json.dumps(len(moments)))
    return 0


def forked(root, stop_at, way):
    """Run in a child process; returns its exit code, negative for the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        os._exit(child(root, stop_at, way))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main():
    """See the top of this file."""
    folder, way, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    pipeline.run(folder / "warm", report=way == "killed-in-report")
    if way == "full":
        moments = [1, *(2**k for k in range(9, 9 + count - 1))]
        ends = [forked(folder / str(n), at, way) for n, at in enumerate(moments, 1)]
    else:
        assert forked(folder / "0", -1, way) == 0
        total = json.loads((folder / "0.json").read_text())
        moments = [1 + round(n * (total - 1) / max(count - 1, 1)) for n in range(count)]
        ends = [forked(folder / str(n), at, way) for n, at in enumerate(moments, 1)]
    print(json.dumps({"moments": moments, "ends": ends}))


if __name__ == "__main__":
    main()
