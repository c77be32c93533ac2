"""Who does the jobs: this process, processes on this machine, or a Ray cluster."""
