"""Reads the code as a graph of imports and says where it breaks the plan of the house.

The plan is DESIGN.md's: `app, cli, worker → admin, views → actions → rules, store → db`;
model, errors and settings are leaves. `faults` gives one line for each breach.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Folder → the folders below it. What joins the parts (cli, app, worker) may import everything.
BELOW = {
    "db": set[str](),
    "site": {"db"},
    "mail": {"site", "db"},
    "notices": {"mail", "site", "db"},
    "users": {"mail", "site", "db"},
    "content": {"site", "db"},
    "audience": {"notices", "mail", "site", "db"},
    "newsletter": {"content", "audience", "notices", "mail", "site", "db"},
    "feeds": {"content", "site", "db"},
    "law": {"content", "mail", "site", "db"},
    "web": {"users", "mail", "site", "db"},
    "admin": {
        *("content", "audience", "newsletter", "feeds", "law", "notices", "users", "web"),
        *("mail", "site", "db"),
    },
}
JOINERS = {"__main__", "app", "cli", "running", "worker"}
# Modules that stand alone: each may import others of them, and what is named here beside.
LEAVES: dict[str, set[str]] = {
    name: set()
    for name in (
        *("errors", "times", "tokens", "addresses", "i18n", "logs", "reports"),
        *("archives", "public_address"),
    )
} | {"settings": set(), "net": set(), "limits": {"db"}, "journal": {"db"}, "backups": {"db"}}
# A model is a leaf too; the one that describes a letter's writer names what that is given.
MODELS_WITH_MORE = {"hub.mail.model": {"hub.db", "hub.tokens"}}

DRIVERS = {"psycopg", "psycopg_pool", "pysqlite3", "apsw"}
# sqlite-utils also reads CSV and JSON, which is no business with a database.
READS_FILES = {"sqlite_utils.utils.rows_from_file", "sqlite_utils.utils.Format"}
# The one choice that is made when it is known: psycopg takes 0.4 s to import and is an extra.
LATE_IMPORTS = {("hub.db.opening", "hub.db.postgres")}
# Commands are imported when they are called.
IMPORTS_BY_NAME = {"hub.cli"}

ASKS_FOR_THE_ENGINE = re.compile(r"hub\.(db(\..*)?|newsletter\.claiming\w*|content\.search\w*)")
KNOWS_WHERE_THE_DATABASE_IS = re.compile(r"hub\.(db(\..*)?|settings|backups|cli\.migrate_to)")
SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|WITH \w+ AS)\b")


@dataclass
class Module:
    """One file: what it imports (`a.b.name`), at the top and inside functions."""

    name: str
    tree: ast.Module
    top: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)

    @property
    def folder(self) -> str:
        """`content` for hub.content.store, `app` for hub.app, empty for hub itself."""
        return self.name.partition(".")[2].partition(".")[0]

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def is_views(self) -> bool:
        return self.last == "views" or self.last.endswith("_views")


def read(root: Path) -> dict[str, str]:
    """Module name → source, of every Python file below `root` (named like `hub.content.store`)."""
    return {
        ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path.read_text(encoding="utf-8")
        for path in root.rglob("*.py")
    }


def faults(sources: Mapping[str, str]) -> list[str]:
    """Every breach of the plan in the modules of hub/ given by name, sorted."""
    modules = {name: _module(name, text, sources) for name, text in sources.items()}
    found = {fault for module in modules.values() for fault in _faults(module, modules)}
    found.update(_more_than_one(modules, "aiosmtplib"))
    found.update(_circles(modules))
    return sorted(found)


def standard_sqlite(sources: Mapping[str, str]) -> list[str]:
    """Who imports the standard library's sqlite3, which must never meet the other one."""
    return sorted(
        name
        for name, text in sources.items()
        if "sqlite3" in text
        for imported in (lambda m: m.top | m.late)(_module(name, text, sources))
        if imported.split(".")[0] in ("sqlite3", "_sqlite3")
    )


def _module(name: str, text: str, sources: Mapping[str, str]) -> Module:
    module = Module(name, ast.parse(text))
    inside = {
        id(node)
        for function in ast.walk(module.tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for node in ast.walk(function)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _base(name, node, sources)
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        (module.late if id(node) in inside else module.top).update(names)
    return module


def _base(name: str, node: ast.ImportFrom, sources: Mapping[str, str]) -> str:
    """The absolute name that `from … import` begins with, dots resolved."""
    if not node.level:
        return node.module or ""
    is_package = any(other.startswith(f"{name}.") for other in sources)
    parts = name.split(".")[: None if is_package and node.level == 1 else -node.level]
    return ".".join([*parts, *filter(None, [node.module])])


def _faults(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    name = module.name
    for other in _targets(module.top | module.late, modules):
        if other != name and (reason := _forbidden(module, modules[other], modules)):
            yield f"{name} imports {other}: {reason}"
    for imported in module.late:
        target = _target(imported, modules) or imported
        if (name, target) not in LATE_IMPORTS:
            yield f"{name} imports {target} inside a function"
    yield from _foreign(module)
    yield from _asks(module)


def _foreign(module: Module) -> Iterator[str]:
    """Packages that only some may import."""
    for imported in module.top | module.late:
        package = imported.split(".")[0]
        in_db = module.folder == "db"
        if package == "starlette" and not (
            module.is_views or module.folder in ("admin", "web", "app")
        ):
            yield f"{module.name} imports starlette, which only views, admin, web and app may"
        if package in DRIVERS and not in_db:
            yield f"{module.name} imports {package}: only hub.db talks to a driver"
        if package == "sqlite_utils" and not in_db and imported not in READS_FILES:
            yield f"{module.name} imports {imported}: only hub.db talks to a driver"


def _forbidden(module: Module, other: Module, modules: Mapping[str, Module]) -> str:
    """Why `module` may not import `other` of the hub; empty when it may."""
    if other.folder == "" or module.folder in JOINERS:
        # hub itself holds the version alone.
        return _not_into_db(other) if module.folder in JOINERS else ""
    if other.folder in JOINERS:
        return "nothing below may import what joins the parts"
    if module.folder in LEAVES:
        allowed = other.folder in LEAVES or other.folder in LEAVES[module.folder]
        return "" if allowed else f"{module.folder} is a leaf"
    if other.folder in LEAVES:
        needs_db = bool(LEAVES[other.folder]) and module.last == "model"
        return "a model is a leaf" if needs_db else ""
    if module.folder not in BELOW:
        return f"the plan does not know the folder {module.folder}"
    if module.last == "model":
        more = MODELS_WITH_MORE.get(module.name, set())
        if other.last != "model" and other.name not in more:
            return "a model is a leaf"
    if other.is_views:
        return "only what joins the parts imports views"
    beside_a_store = other.last == "model" or other.last.endswith("store") or other.folder == "db"
    if module.last == "store" and not beside_a_store and _touches_database(other, modules):
        return "a store stands below the actions"
    if other.folder == module.folder:
        return ""
    below = BELOW[module.folder] | ({"web"} if module.is_views else set())
    if other.folder not in below:
        return f"{module.folder} stands beside or below {other.folder}"
    return _not_into_db(other)


def _not_into_db(other: Module) -> str:
    """What lies behind the seam is imported by hub.db alone."""
    if other.folder != "db" or other.name in ("hub.db", "hub.db.copying"):
        return ""
    return "only hub.db itself is for others"


def _touches_database(module: Module, modules: Mapping[str, Module]) -> bool:
    return any(modules[name].folder == "db" for name in _reached(module.name, modules))


def _asks(module: Module) -> Iterator[str]:
    """Questions that belong behind the seam, and SQL that belongs in a store."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            if node.attr == "engine" and not ASKS_FOR_THE_ENGINE.fullmatch(module.name):
                yield f"{module.name} asks which engine it is"
            known = KNOWS_WHERE_THE_DATABASE_IS.fullmatch(module.name)
            if node.attr in ("database", "database_file") and not known:
                yield f"{module.name} asks where the database is"
            if node.attr in ("import_module", "__import__") and module.name not in IMPORTS_BY_NAME:
                yield f"{module.name} imports by name"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            sql_free = module.is_views or module.folder in (*JOINERS, "admin", "web")
            if sql_free and SQL.match(node.value):
                yield f"{module.name} holds SQL: {node.value.split()[0]} …"


def _more_than_one(modules: Mapping[str, Module], package: str) -> Iterator[str]:
    users = sorted(
        name
        for name, module in modules.items()
        if any(imported.split(".")[0] == package for imported in module.top | module.late)
    )
    if len(users) > 1:
        yield f"{package} is imported by more than one module: {', '.join(users)}"


def _circles(modules: Mapping[str, Module]) -> Iterator[str]:
    for name in modules:
        if name in _reached(name, modules):
            yield f"{name} imports itself in a circle"


def _reached(start: str, modules: Mapping[str, Module]) -> set[str]:
    """Every module that `start` imports, and they, and so on."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        module = modules[waiting.pop()]
        fresh = set(_targets(module.top | module.late, modules)) - seen
        seen |= fresh
        waiting.extend(fresh)
    return seen


def _targets(imported: set[str], modules: Mapping[str, Module]) -> Iterator[str]:
    for name in imported:
        if target := _target(name, modules):
            yield target


def _target(imported: str, modules: Mapping[str, Module]) -> str | None:
    """The module of the hub that `import a.b.c` or `from a.b import c` reads."""
    if imported in modules:
        return imported
    package = imported.rpartition(".")[0]
    return package if package in modules else None
