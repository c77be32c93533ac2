"""From a publisher, a mirror or a folder into the cache: transfer, checks, and files renamed into place."""
