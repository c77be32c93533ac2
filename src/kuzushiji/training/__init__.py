"""From a recipe to a run folder: data, augmentation, the loop, calibration, export."""
