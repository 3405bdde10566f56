"""``python -m copydesk --version``. The command itself is not part of the package."""

import argparse

from . import __version__


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m copydesk", description="Clean text from web pages.")
    parser.add_argument("--version", action="version", version=f"copydesk {__version__}")
    parser.parse_args()
    parser.print_help()


if __name__ == "__main__":
    main()
