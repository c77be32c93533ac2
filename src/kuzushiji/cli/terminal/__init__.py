"""What a terminal shows of a result: tables, and glyphs in block characters."""
