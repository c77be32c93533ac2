"""One bulk run as a process of its own, to be killed: kill_support.py FOLDER OUT WORKERS SLOW."""

import argparse
import signal
import sys

from fake_task import Fake

from kuzushiji.cli.bulk_runs.options import add_run_options, add_source_options
from kuzushiji.cli.bulk_runs.running import run_bulk
from kuzushiji.errors import KuzushijiError

if __name__ == "__main__":
    folder, out, workers, slow = sys.argv[1:]
    parser = argparse.ArgumentParser()
    add_run_options(parser.add_argument, part=4)
    add_source_options(parser.add_argument)
    asked = parser.parse_args(["--workers", workers] if int(workers) else [])
    asked.threads = None
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    try:
        sys.exit(run_bulk(Fake(slow=float(slow)), [folder], out, asked))
    except KuzushijiError as e:
        sys.exit(f"kuzushiji: error: {e}")
