"""The guards of the house: what each floor may import, and how long things may grow. Read from the source with `ast`.

Each guard yields a sentence per offence and takes the root to look at, so that tests can plant an offence elsewhere.
"""

import ast
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

PACKAGES = ("selection", "scoring", "assessments", "journal")
MAY_IMPORT = {
    "selection": {"scoring", "assessments", "journal", "fixtures"},
    "scoring": {"journal"},
    "assessments": {"journal", "scoring.formula"},
    "journal": set(),
}
PURE = (
    "scoring/formula/",
    "scoring/policy/",
    "scoring/intake/",
    "scoring/cellwork.py",
    "scoring/picture_content.py",
    "assessments/marking.py",
    "assessments/consensus.py",
    "selection/stages.py",
    "selection/charts.py",
    "journal/chain.py",
)
# Rooms of the intake that word sentences or touch the database.
NOT_PURE = ("scoring/intake/sentences.py", "scoring/intake/load")
DOOR_FOLDERS = ("selection/hr/", "selection/portal/", "selection/api/")
DOOR_FILES = (
    "admin.py",
    "views.py",
    "forms.py",
    "urls.py",
    "admin_site.py",
    "apps.py",
    "accounts.py",
    "home.py",
    "navigation.py",
    "styleguide.py",
)
WEB = ("django.http", "django.forms", "django.contrib.messages", "django.shortcuts", "rest_framework", "django.views")
WIRING = ("selection.settings", "selection.urls", "selection.wsgi")
LONGEST_FUNCTION, LONGEST_FILE, LONGEST_VIEW = 45, 350, 18


@lru_cache(maxsize=2000)
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


@dataclass(frozen=True)
class Module:
    """One source file of ours."""

    root: Path
    path: Path

    @cached_property
    def place(self) -> str:
        return self.path.relative_to(self.root).as_posix()

    @cached_property
    def name(self) -> str:
        return self.place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def package(self) -> str:
        return self.name.split(".")[0]

    @cached_property
    def tree(self) -> ast.Module:
        return _parse(self.path.read_text(encoding="utf-8"))

    @property
    def is_pure(self) -> bool:
        return self.place.startswith(PURE) and not self.place.startswith(NOT_PURE)

    @property
    def is_model(self) -> bool:
        return "/models/" in self.place or self.place == "journal/models.py"

    @property
    def is_door(self) -> bool:
        inside = self.place.startswith(DOOR_FOLDERS) or "/commands/" in self.place or "/templatetags/" in self.place
        return inside or self.path.name in DOOR_FILES

    @cached_property
    def imports(self) -> list[tuple[str, str]]:
        """Give (module, name) of every import, relative ones made absolute; name is empty for `import x`."""
        return list(self._imports())

    def _imports(self) -> Iterator[tuple[str, str]]:
        base = self.name.split(".") if self.path.name == "__init__.py" else self.name.split(".")[:-1]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                prefix = base[: len(base) - node.level + 1] if node.level else []
                stem = ".".join([*prefix, *([node.module] if node.module else [])])
                yield from ((stem, alias.name) for alias in node.names)


def modules(root: Path) -> list[Module]:
    """Find every source file of the four packages, migrations aside."""
    files = (path for package in PACKAGES for path in sorted((root / package).rglob("*.py")))
    return [Module(root, path) for path in files if "migrations" not in path.parts]


def floors(root: Path) -> Iterator[str]:
    """Packages look down only."""
    for module in modules(root):
        for target, name in module.imports:
            other = target.split(".")[0]
            if other in (*PACKAGES, "fixtures") and other != module.package and not _may(module, target, name):
                yield f"{module.place} imports {target}: {module.package} may not."


def _may(module: Module, target: str, name: str) -> bool:
    full = {target, f"{target}.{name}"}
    return any(t == allowed or t.startswith(allowed + ".") for t in full for allowed in MAY_IMPORT[module.package])


def purity(root: Path) -> Iterator[str]:
    """Pure modules know neither Django, nor a clock, nor hidden chance, nor an impure module of ours."""
    by_name = {module.name: module for module in modules(root)}
    for module in filter(lambda m: m.is_pure, by_name.values()):
        for target, name in module.imports:
            ours = by_name.get(f"{target}.{name}") or by_name.get(target)
            if target.split(".")[0] in {"django", "rest_framework", "random", "time"} or (ours and not ours.is_pure):
                yield f"{module.place} is pure and imports {target}."
        for node in ast.walk(module.tree):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in {"now", "utcnow", "today", "seed"}:
                yield f"{module.place}:{called.lineno} is pure and calls .{called.attr}()."


def models_know_no_verbs(root: Path) -> Iterator[str]:
    """Models import models and pure modules only, and never the web."""
    by_name = {module.name: module for module in modules(root)}
    for module in filter(lambda m: m.is_model, by_name.values()):
        for target, name in module.imports:
            ours = by_name.get(f"{target}.{name}") or by_name.get(target)
            if target.startswith(WEB) or (ours and not (ours.is_model or ours.is_pure)):
                yield f"{module.place} is a model and imports {target}."


def verbs_know_no_web(root: Path) -> Iterator[str]:
    """Verbs and reads never see a request, a form or a serializer."""
    for module in modules(root):
        if module.is_door or module.is_model or module.name in (*WIRING,):
            continue
        for target, _name in module.imports:
            if target.startswith(WEB):
                yield f"{module.place} is no door and imports {target}."


def doors_stand_apart(root: Path) -> Iterator[str]:
    """No door imports another module's private name; nobody imports the wiring."""
    for module in modules(root):
        for target, name in module.imports:
            if target.split(".")[0] in PACKAGES and name.startswith("_") and not name.startswith("__"):
                yield f"{module.place} imports the private name {target}.{name}."
            if f"{target}.{name}" in WIRING or target in WIRING:
                yield f"{module.place} imports the wiring {target}."


def late_imports(root: Path) -> Iterator[str]:
    """No import inside a function: it hides a circle."""
    for module in modules(root):
        for function in functions(module):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{module.place}:{node.lineno} imports inside {function.name}()."


def circles(root: Path) -> Iterator[str]:
    """No module imports itself by way of others."""
    known = {module.name: module for module in modules(root)}
    graph = {name: set(_dependencies(module, known)) for name, module in known.items()}
    done: set[str] = set()
    for start in graph:
        yield from _circle_from(start, graph, done, [])


def _dependencies(module: Module, known: dict[str, Module]) -> Iterator[str]:
    for target, name in module.imports:
        full = f"{target}.{name}"
        found = full if full in known else target
        is_own_face = (
            known[found].path.name == "__init__.py" and module.name.startswith(found) if found in known else True
        )
        if not is_own_face:
            yield found


def _circle_from(name: str, graph: dict[str, set[str]], done: set[str], path: list[str]) -> Iterator[str]:
    if name in path:
        yield "import circle: " + " -> ".join([*path[path.index(name) :], name])
        return
    if name in done:
        return
    for other in sorted(graph[name]):
        yield from _circle_from(other, graph, done, [*path, name])
    done.add(name)


def too_long(root: Path) -> Iterator[str]:
    """Functions, views and files stay short enough to be read at one go."""
    for module in modules(root):
        lines = sum(1 for line in module.path.read_text(encoding="utf-8").splitlines() if line.strip())
        if lines > LONGEST_FILE:
            yield f"{module.place} has {lines} lines, more than {LONGEST_FILE}."
        for function in functions(module):
            limit = LONGEST_VIEW if is_view(module, function) else LONGEST_FUNCTION
            if (length := body_lines(function)) > limit:
                yield f"{module.place}:{function.lineno} {function.name} has {length} lines, more than {limit}."


def median_length(root: Path) -> float:
    """The median length of all functions, in lines."""
    return statistics.median(body_lines(function) for module in modules(root) for function in functions(module))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, nested ones too."""
    yield from (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def is_view(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A function of a door whose first argument is the request."""
    arguments = [argument.arg for argument in function.args.args if argument.arg != "self"]
    return module.is_door and arguments[:1] == ["request"]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring aside."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    docstring = ast.get_docstring(function, clean=False)
    return length - (len(docstring.splitlines()) if docstring else 0)
