"""What a network sees: images joined from their sources, brought to one size, and drawn into batches."""
