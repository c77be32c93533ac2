"""Training of the detector: targets of composed pages, the loss."""
