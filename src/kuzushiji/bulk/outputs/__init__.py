"""Where results go: JSON lines, Parquet, or a folder of parts of either."""
