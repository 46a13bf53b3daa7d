"""Write docs/reference.md: every operation with its derivative, read off the code itself.

Run as ``python docs/reference.py``; with ``--check`` it only says whether the page is up to date.
"""

import ast
import sys
from pathlib import Path

HERE = Path(__file__).parent
OPS = HERE.parent / "autograd" / "ops"
HEAD = """# Every operation and its derivative

Made by `python docs/reference.py` from `autograd/ops/`; the tests hold this page to the code.

In a formula, `g` is the cotangent dL/dy and `y` the output; the other names are the operation's
arguments, `x_shape` the shape of `x`, and `i` the place in a list of arrays. The engine undoes
broadcasting and casts back dtypes. What stands as *composition* has no formula: it is made of
operations that have one.
"""


def formulas_of(call: ast.Call) -> list[tuple[str, str]]:
    """(argument, formula) of the keywords that are lambdas, as they stand in the code."""
    found = []
    for k in call.keywords:
        f = k.value
        if isinstance(f, ast.Call) and f.args:  # decorated
            f = f.args[0]
        if isinstance(f, ast.Lambda) and k.arg:
            given = ", ".join(a.arg for a in f.args.args)
            found.append((k.arg, f"{given} → {ast.unparse(f.body)}"))
    return found


def exported() -> set[str]:
    """What `autograd.ops` offers by name."""
    tree = ast.parse((OPS / "__init__.py").read_text(encoding="utf-8"))
    return {
        alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }


def entries(source: str, public: set[str]):
    """(name, signature, first line of the docstring, formulas) of the operations in a file."""
    tree = ast.parse(source)
    found: dict[str, list] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            marks = [ast.unparse(d) for d in node.decorator_list]
            if node.name in public or any(
                m.startswith(("listed", "primitive", "instead_of")) for m in marks
            ):
                text = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
                found[node.name] = [ast.unparse(node.args), text, []]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            call, name = node.value, ast.unparse(node.targets[0])
            if ast.unparse(call.func) == "ufunc":
                formulas = formulas_of(call)
                arguments = ", ".join(a for a, _ in formulas)
                found[name] = [arguments, f"`{ast.unparse(call.args[0])}`", formulas]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value
            if isinstance(call.func, ast.Attribute) and call.func.attr == "vjp":
                owner = ast.unparse(call.func.value)
                if owner in found:
                    found[owner][2] += formulas_of(call)
    return [(name.strip("_"), *rest) for name, rest in found.items()]


def page() -> str:
    """The whole page."""
    parts, total, public = [], 0, exported()
    for file in sorted(OPS.glob("*.py")):
        source = file.read_text(encoding="utf-8")
        rows = entries(source, public)
        if not rows:
            continue
        title = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0].replace("\n", " ")
        parts.append(f"\n## {file.stem.replace('_', ' ')}\n\n{title}\n")
        parts.append("\n| operation | what | derivative |\n|---|---|---|\n")
        for name, signature, text, formulas in rows:
            total += 1
            cell = "<br>".join(f"{a}: `{_cell(f)}`" for a, f in formulas) or "*composition*"
            parts.append(f"| `{name}({_cell(signature)})` | {_cell(text)} | {cell} |\n")
    return HEAD + f"\n{total} operations.\n" + "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    path, text = HERE / "reference.md", page()
    if "--check" in sys.argv:
        sys.exit(path.read_text(encoding="utf-8") != text and "run: python docs/reference.py")
    path.write_text(text, encoding="utf-8")
