"""How often garbage is looked for during a run, and after it."""

import gc

import pytest

from groundswell.collector import SELDOM, collected_seldom


def test_garbage_is_looked_for_as_usual_afterwards() -> None:
    usual = gc.get_threshold()
    with pytest.raises(ValueError, match="broken off"), collected_seldom():
        assert gc.get_threshold() == SELDOM
        raise ValueError("broken off")
    assert gc.get_threshold() == usual


def test_one_run_within_another_leaves_the_outer_as_it_was() -> None:
    with collected_seldom():
        with collected_seldom():
            pass
        assert gc.get_threshold() == SELDOM
