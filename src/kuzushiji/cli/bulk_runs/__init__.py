"""What the commands share that read many inputs into an output: options, progress, how a run ends."""
