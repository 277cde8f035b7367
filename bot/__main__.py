"""``python -m bot`` is the console script ``usher``."""

from bot.cli import main

if __name__ == "__main__":
    main()
