"""Measures on labels and probabilities alone: accuracy, calibration, intervals, paired comparison."""
