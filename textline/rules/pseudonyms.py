"""The name under which volunteers know a texter: it says nothing about the person, and is easy to tell apart."""

FIRST = (
    "Amber", "Autumn", "Birch", "Bright", "Calm", "Cedar", "Clear", "Clover", "Coral", "Dawn", "Early", "Fern",
    "Gentle", "Golden", "Hazel", "Indigo", "Ivory", "Jade", "Juniper", "Kind", "Linen", "Maple", "Meadow", "Misty",
    "Olive", "Pearl", "Quiet", "River", "Silver", "Soft", "Spring", "Steady", "Still", "Summer", "Warm", "Willow",
)  # fmt: skip
SECOND = (
    "Badger", "Crane", "Dove", "Falcon", "Finch", "Fox", "Hare", "Heron", "Ibis", "Jay", "Kestrel", "Lark", "Lynx",
    "Magpie", "Marten", "Moth", "Newt", "Oriole", "Otter", "Owl", "Plover", "Puffin", "Quail", "Raven", "Robin",
    "Seal", "Sparrow", "Starling", "Stork", "Swallow", "Swan", "Swift", "Tern", "Thrush", "Vole", "Wren",
)  # fmt: skip


def pseudonym(texter_id: int) -> str:
    """A name for a texter of an organization; from the 1,297th on it carries a number."""
    # Steps of a number prime to the count visit every pair before the first comes again.
    count = len(FIRST) * len(SECOND)
    place = (texter_id * 499) % count
    name = f"{FIRST[place // len(SECOND)]} {SECOND[place % len(SECOND)]}"
    lap = (texter_id - 1) // count  # the record counts from 1
    return name if lap == 0 else f"{name} {lap + 1}"
