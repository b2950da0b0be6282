"""How grave a text is."""

from textline.rules.levels import Level


def test_levels_are_ordered_and_kept_as_numbers():
    assert [int(level) for level in (Level.NONE, Level.CONCERN, Level.CRISIS, Level.IMMINENT)] == [0, 1, 2, 3]
    assert max(Level.CRISIS, Level.CONCERN) is Level.CRISIS


def test_from_a_crisis_upwards_somebody_is_alarmed():
    assert [level for level in Level if level.escalates] == [Level.CRISIS, Level.IMMINENT]


def test_the_word_for_people():
    assert [level.label for level in Level] == ["none", "concern", "crisis", "imminent"]
