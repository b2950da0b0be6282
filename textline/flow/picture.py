"""Picture: the address from which the carrier fetches one, and what it finds there."""

import hmac

from textline.runtime import Runtime
from textline.store import pictures

PATH = "/pictures"
_NOBODY_GUESSES = 40


def address(runtime: Runtime, picture_id: int) -> str:
    """Where a picture is fetched. It cannot be guessed, and leads nowhere after some hours."""
    return f"{runtime.settings.public_url}{PATH}/{picture_id}/{_token(runtime, picture_id)}.jpg"


def fetched(runtime: Runtime, picture_id: int, token: str) -> bytes | None:
    """The picture at an address; None when the address is wrong or has ended."""
    if not hmac.compare_digest(token.encode(), _token(runtime, picture_id).encode()):
        return None
    with runtime.everywhere() as everywhere:
        return pictures.to_be_fetched(everywhere, picture_id)


def _token(runtime: Runtime, picture_id: int) -> str:
    return runtime.seal.hash("picture", str(picture_id))[:_NOBODY_GUESSES]
