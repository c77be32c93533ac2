"""What is paper and what is ink: colour, shadows, the border of a scan, and the grey of strokes."""
