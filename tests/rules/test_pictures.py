"""A picture becomes one that phones take, and tells nothing about whoever took it."""

import contextlib
import io
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from textline.errors import Invalid
from textline.rules.pictures import LARGEST_GIVEN, LARGEST_SENT, MOST_PIXELS, prepared


def drawn(kind: str, size: tuple[int, int] = (900, 600), mode: str = "RGB", **options: object) -> bytes:
    into = io.BytesIO()
    Image.new(mode, size, "teal").save(into, kind, **options)
    return into.getvalue()


def noise(edge: int) -> bytes:
    """As hard to make small as a picture can be."""
    into = io.BytesIO()
    Image.frombytes("RGB", (edge, edge), random.Random(1).randbytes(3 * edge * edge)).save(into, "PNG")
    return into.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_every_kind_becomes_a_jpeg(kind: str) -> None:
    assert Image.open(io.BytesIO(prepared(drawn(kind)))).format == "JPEG"


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "CMYK", "1", "L"])
def test_every_kind_of_colour_is_understood(mode: str) -> None:
    made = prepared(drawn("JPEG" if mode == "CMYK" else "PNG", mode=mode))
    assert Image.open(io.BytesIO(made)).mode == "RGB"


def test_what_shines_through_is_white() -> None:
    into = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(into, "PNG")
    assert Image.open(io.BytesIO(prepared(into.getvalue()))).getpixel((5, 5)) == (255, 255, 255)


def test_where_it_was_taken_is_gone_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned
    exif[0x010F] = "MAKER-OF-CAMERA"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)  # latitude
    given = drawn("JPEG", (800, 400), exif=exif)
    assert b"MAKER-OF-CAMERA" in given
    made = prepared(given)
    assert b"MAKER-OF-CAMERA" not in made
    opened = Image.open(io.BytesIO(made))
    assert not dict(opened.getexif())
    assert opened.height > opened.width


def test_a_large_one_is_made_small_enough_for_carriers() -> None:
    assert len(prepared(noise(1500))) <= LARGEST_SENT
    assert max(Image.open(io.BytesIO(prepared(drawn("PNG", (4000, 100))))).size) <= 1600


@pytest.mark.parametrize(
    "given", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\0" * 99]
)
def test_what_is_no_picture_is_refused_with_a_remedy(given: bytes) -> None:
    with pytest.raises(Invalid, match="choose a JPEG"):
        prepared(given)


def test_a_picture_cut_off_is_refused() -> None:
    with pytest.raises(Invalid):
        prepared(noise(200)[:20_000])


def test_only_of_a_jpeg_more_pixels_are_taken_than_memory_should_hold() -> None:
    size = (6000, MOST_PIXELS // 6000 + 1)
    assert prepared(drawn("JPEG", size))
    with pytest.raises(Invalid, match="too many pixels"):
        prepared(drawn("PNG", size, mode="1"))


def test_a_bomb_is_refused() -> None:
    """A small file that claims a hundred thousand pixels on each side."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(Invalid, match="too many pixels"):
        prepared(bomb)


def test_a_file_that_is_too_large_is_not_even_opened() -> None:
    with pytest.raises(Invalid, match="10 MB"):
        prepared(b"\xff" * (LARGEST_GIVEN + 1))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=40))
def test_a_damaged_picture_is_a_picture_or_refused(at: int, damage: bytes) -> None:
    given = bytearray(drawn("GIF", (60, 60)) if at % 2 else drawn("PNG", (60, 60)))
    at %= len(given)
    given[at : at + len(damage)] = damage
    with contextlib.suppress(Invalid):
        assert Image.open(io.BytesIO(prepared(bytes(given)))).format == "JPEG"
