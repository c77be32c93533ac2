"""Where weights change: losses, optimizers, the loop, checkpoints and the run folder."""
