"""What a terminal shows of a result: tables, pages, and glyphs in block characters."""
