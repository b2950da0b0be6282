"""A picture that somebody sends with their answer: made small enough for MMS, and rid of what it says about them."""

import io
import warnings

from PIL import Image, ImageOps

from textline.errors import Invalid

# Twilio takes 5 MB for a whole message, and carriers shrink what is larger than about 600 kB
# (twilio.com/docs/messaging/guides/accepted-mime-types).
LARGEST_SENT = 600_000
LARGEST_GIVEN = 10_000_000
# A JPEG is read at a fraction of its size; of any other picture each pixel has to be held, at four bytes.
MOST_PIXELS = 25_000_000
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_LONGEST_EDGES = (1600, 1100, 800, 500)
_QUALITY = 80


def prepared(given: bytes) -> bytes:
    """The picture as a JPEG that phones take. Where and by which camera it was taken is gone from it.

    Raises:
        Invalid: it is no picture that we can read, or a huge one.
    """
    if len(given) > LARGEST_GIVEN:
        raise Invalid(f"A picture may have {LARGEST_GIVEN // 1_000_000} MB: make it smaller, and try again.")
    picture = _read(given)
    for edge in _LONGEST_EDGES:
        made = _written(picture, edge)
        if len(made) <= LARGEST_SENT:
            break
    return made


def _read(given: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(given), formats=_FORMATS)
            if opened.format != "JPEG" and opened.width * opened.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            opened.draft("RGB", (_LONGEST_EDGES[0], _LONGEST_EDGES[0]))
            upright = ImageOps.exif_transpose(opened)
            return _on_white(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid("This picture has too many pixels: make it smaller, and try again.") from None
    except Exception:  # what a broken file makes a decoder raise is not told by any list
        raise Invalid("This is no picture that can be sent: choose a JPEG, PNG, GIF or WebP file.") from None


def _on_white(picture: Image.Image) -> Image.Image:
    """A JPEG knows no transparency: what shines through is white, not black."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def _written(picture: Image.Image, edge: int) -> bytes:
    smaller = picture.copy()
    smaller.thumbnail((edge, edge))
    into = io.BytesIO()
    smaller.save(into, "JPEG", quality=_QUALITY, optimize=True)
    return into.getvalue()
