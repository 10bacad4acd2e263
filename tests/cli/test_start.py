import subprocess
import sys

PROGRAM = """
import gc
from app.cli import main

main.get_command(None, "models")
print(gc.isenabled(), gc.get_freeze_count() > 10_000)
"""


def test_what_a_command_imports_is_kept_out_of_collections() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True)
    assert run.stdout.split() == [b"True", b"True"]
