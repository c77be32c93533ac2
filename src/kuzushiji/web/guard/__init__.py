"""What keeps a server on its feet: limits, idle connections, headers, a bounded log."""
