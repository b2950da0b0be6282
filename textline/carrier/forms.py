"""A posted form as name and value pairs, in the order sent, with every repetition kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

Form = Sequence[tuple[str, str]] | Mapping[str, str]


class Parsed(list[tuple[str, str]]):
    """A form as `parse_qsl` gives it: pairs of text, and nothing else that would have to be looked for."""


def pairs(form: Form) -> list[tuple[str, str]]:
    """The text fields of a form; what is not text (a file, say) is left out.

    A Starlette `FormData` is a mapping that shows one value a name: its `multi_items` has them all.
    """
    if isinstance(form, Parsed):
        return form
    items: Iterable[object]
    if hasattr(form, "multi_items"):
        items = form.multi_items()
    elif isinstance(form, Mapping):
        items = form.items()
    else:
        items = form
    return list(_texts(items))


def _texts(items: Iterable[object]) -> Iterator[tuple[str, str]]:
    for item in items:
        if isinstance(item, tuple | list) and len(item) == 2:
            name, value = item
            if isinstance(name, str) and isinstance(value, str):
                yield name, value
