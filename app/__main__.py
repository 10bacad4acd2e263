"""`python -m app` is the `lumen` command."""

from app.cli import main

if __name__ == "__main__":
    main()
