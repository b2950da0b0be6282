"""Who may do what."""

import pytest

from textline.rules.access import Role, allows, may_read


@pytest.mark.parametrize("role", Role)
def test_each_role_can_do_what_the_one_before_can(role):
    order = [Role.VOLUNTEER, Role.SUPERVISOR, Role.ADMIN]
    assert [allows(role, needed) for needed in order] == [n <= order.index(role) for n in range(3)]


def test_a_volunteer_reads_only_their_own():
    assert may_read(Role.VOLUNTEER, 7, 7)
    assert not may_read(Role.VOLUNTEER, 7, 8)


def test_a_volunteer_does_not_read_what_nobody_has():
    assert not may_read(Role.VOLUNTEER, 0, None)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN])
def test_supervisors_read_any(role):
    assert may_read(role, 7, 8)
    assert may_read(role, 7, None)
