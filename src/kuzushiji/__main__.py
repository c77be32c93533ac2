"""``python -m kuzushiji``: the same as the console script."""

from kuzushiji.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
