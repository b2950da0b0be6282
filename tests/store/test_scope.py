"""Promise 9: every query takes its scope first."""

import inspect
import pkgutil
from importlib import import_module

import textline.store
from textline.store.base import Base, Everywhere, Owned

# Not queries: plain helpers over values, and the connection itself.
HELPERS = {"people.clean_email", "conversations.note_said"}
MACHINERY = {"base", "database", "migrate", "whole", "tables", "migrations"}
# Rows that hang on a row that is scoped: a line's hours, and a person's session.
HANGING = {
    "organizations",
    "sessions",
    "failed_sign_ins",
    "line_hours",
    "holidays",
    "wordings",
    "spool",
    "pulses",
    "push_keys",
}


def test_every_query_takes_its_scope_first() -> None:
    found = 0
    for module in pkgutil.iter_modules(textline.store.__path__):
        if module.name in MACHINERY:
            continue
        noun = import_module(f"textline.store.{module.name}")
        for name, function in inspect.getmembers(noun, inspect.isfunction):
            if (
                function.__module__ != noun.__name__
                or name.startswith("_")
                or f"{module.name}.{name}" in HELPERS
            ):
                continue
            first = next(iter(inspect.signature(function, eval_str=True).parameters.values()))
            assert isinstance(first.annotation, type), (module.name, name)
            assert issubclass(first.annotation, Everywhere), (module.name, name)
            found += 1
    assert found > 60


def test_every_row_belongs_to_an_organization() -> None:
    owned = {
        mapper.class_.__tablename__ for mapper in Base.registry.mappers if issubclass(mapper.class_, Owned)
    }
    assert {table.name for table in Base.metadata.sorted_tables} - owned == HANGING
