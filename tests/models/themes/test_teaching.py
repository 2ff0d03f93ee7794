"""What sorted statements teach of those that nobody sorted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import pandas as pd
import pytest

from groundswell.domain import NOISE, IntArray, ThemeVerdict, Vectors
from groundswell.domain.drafts import FIRST_MADE
from models.nearest.neighbours import exact_unit_rows
from models.themes.electing import MAJORITY
from models.themes.fitting import centroids_of
from models.themes.learnt import learnt_by
from models.themes.likeness import Said
from models.themes.model import ThemeModel, from_bytes, to_bytes
from models.themes.shaping import Shape, shape_statements
from models.themes.taught import Taught
from models.themes.teaching import FEWEST_SPLITS, Lesson, teach
from models.themes.wishes import Wishes, read_wishes
from tests.models.themes.deciding import merged, split

DIMS = 24
LABELS = 40
EACH = 30
SORTED = 8


def said(seed: int, *, speaking: bool = True, draw: int = 0) -> tuple[Vectors, IntArray]:
    """Labels that differ in a third of the dimensions; the others are loud and say nothing."""
    labels = np.repeat(np.arange(LABELS), EACH)
    middles = np.zeros((LABELS, DIMS))
    own = np.random.default_rng(seed).normal(size=(LABELS, DIMS // 3))
    middles[:, : DIMS // 3] = float(speaking) * own
    spread = np.r_[np.full(DIMS // 3, 0.3), np.full(2 * DIMS // 3, 2.0)]
    noise = np.random.default_rng([seed, draw]).normal(size=(len(labels), DIMS))
    return exact_unit_rows((middles[labels] + spread * noise).astype(np.float32)), labels


def name(row: int) -> str:
    return f"{row:05d}"


class World:
    """Two labels in each theme found, which people split by some sorted statements."""

    def __init__(self, seed: int = 1, *, splits: int = LABELS // 2, speaking: bool = True) -> None:
        self.vectors, self.labels = said(seed, speaking=speaking)
        self.found = self.labels // 2
        self.verdicts: dict[int, ThemeVerdict] = {}
        for number in range(splits):
            goes, stays = (self.some(2 * number + side) for side in (1, 0))
            examples = {**dict.fromkeys(goes, True), **dict.fromkeys(stays, False)}
            made = FIRST_MADE + number
            self.verdicts[made] = split(made, number, examples, number=number + 1)
        self.model = self._model()

    def some(self, label: int) -> list[str]:
        return [name(row) for row in np.flatnonzero(self.labels == label)[:SORTED]]

    @property
    def wishes(self) -> Wishes:
        return read_wishes(self.verdicts, set(self.found.tolist()) - {NOISE}, {})

    def taught(self) -> Taught | None:
        names = [name(row) for row in range(len(self.found))]
        core = np.arange(len(self.found))[::-1].copy()
        statements = [[one] for one in names]
        told = Said(self.vectors, None)
        return teach(Lesson(told, core, statements, names, self.found, self.wishes, {}))

    @cached_property
    def learned(self) -> ThemeModel:
        taught = self.taught()
        assert taught is not None
        return replace(self.model, taught=taught)

    def shape(self, model: ThemeModel, more: Vectors | None = None) -> Shape:
        """Return where all is shown, and more statements, found as the first ones were."""
        vectors = self.vectors if more is None else np.concatenate([self.vectors, more])
        names = [name(row) for row in range(len(vectors))]
        found = np.concatenate([self.found, self.found[: len(vectors) - len(self.found)]])
        table = pd.DataFrame(
            {
                "statement_id": names,
                "text_hash": names,
                "theme_id": found,
                "membership": 0.7,
                "variant_id": np.nan,
            }
        )

        def vectors_of(hashes: Sequence[str]) -> Vectors:
            return vectors[[int(one) for one in hashes]]

        learnt = learnt_by(model, vectors_of, list)
        return shape_statements(table, self.wishes, vectors_of, {}, learnt)

    def right(self, shown: IntArray) -> float:
        """Share of the statements nobody sorted that are shown in their label's theme."""
        named = {*self.wishes.places, *self.wishes.barred}
        free = np.array([name(row) not in named for row in range(len(self.found))])
        home = np.where(self.labels % 2 == 1, FIRST_MADE + self.labels // 2, self.labels // 2)
        return float((shown[: len(home)] == home)[free].mean())

    def _model(self) -> ThemeModel:
        order = np.arange(len(self.found))[::-1]
        none = np.zeros(0, np.float32)
        return ThemeModel(
            references=self.vectors[order].astype(np.float16),
            labels=self.found[order],
            variants=np.full(len(order), NOISE, np.int64),
            theme_ids=np.unique(self.found),
            centroids=centroids_of(self.vectors, self.found, LABELS // 2),
            rarity=none,
            word_columns=none.astype(np.int32),
            word_weights=none,
            word_starts=np.zeros(len(order) + 1, np.int64),
            floor=-1.0,
            resolution=1.0,
            worth=1.0,
            voters=10,
        )


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.mark.parametrize("seed", range(2))
def test_statements_that_nobody_sorted_come_to_those_like_them(seed: int) -> None:
    world = World(seed)
    alone, learned = world.shape(world.model), world.shape(world.learned)
    assert world.right(learned.shown) > world.right(alone.shown) + 0.03


def test_what_people_sorted_stays_where_they_put_it(world: World) -> None:
    shape = world.shape(world.learned)
    shown = dict(zip(shape.statements.tolist(), shape.shown.tolist(), strict=True))
    for statement, theme in world.wishes.places.items():
        assert shown[statement] == theme
    for statement, themes in world.wishes.barred.items():
        assert shown[statement] not in themes


def test_labels_that_vectors_do_not_tell_apart_move_nothing() -> None:
    lessons = [World(seed, speaking=False).taught() for seed in range(6)]
    assert sum(one is None for one in lessons) >= 3
    for taught in lessons:
        assert taught is None or np.array_equal(taught.places, taught.origins)


def test_few_splits_teach_nothing() -> None:
    assert World(splits=FEWEST_SPLITS - 1).taught() is None
    assert World(splits=0).taught() is None


def test_the_membership_of_what_moved_is_its_share_of_the_vote(world: World) -> None:
    alone, shape = world.shape(world.model), world.shape(world.learned)
    moved = set(shape.statements[alone.shown != shape.shown].tolist())
    assert moved
    by_id: dict[str, list[float]] = {}
    for one in shape.assignments:
        by_id.setdefault(one.statement_id, []).append(one.membership)
    back = {one for one in moved if one not in by_id}  # learned back to where it was found
    for statement in moved - back:
        (share,) = by_id[statement]
        assert MAJORITY < share <= 1.0


@pytest.mark.parametrize("seed", range(2))
def test_new_statements_go_by_the_vote_of_those_the_fit_knew(seed: int) -> None:
    world = World(seed)
    more, labels = said(seed, draw=1)
    home = np.where(labels % 2 == 1, FIRST_MADE + labels // 2, labels // 2)
    alone, learned = (
        world.shape(model, more).shown[-len(more) :] for model in (world.model, world.learned)
    )
    assert (learned == home).mean() > (alone == home).mean() + 0.03


def test_a_new_statement_is_shown_alone_where_it_is_among_others(world: World) -> None:
    learned = world.learned
    more = said(1, draw=2)[0][: 2 * EACH]
    together = world.shape(learned, more).shown[-len(more) :].tolist()
    # Both are found in the theme 0, whatever their place.
    alone = [int(world.shape(learned, row[None]).shown[-1]) for row in more[:EACH:9]]
    assert alone == together[:EACH:9]


def test_without_a_decision_all_is_shown_as_found(world: World) -> None:
    learned = world.learned
    world = World()
    world.verdicts = {}
    shape = world.shape(learned)
    assert shape.assignments == ()
    assert np.array_equal(shape.shown, world.found)


def test_what_was_taught_of_a_split_goes_with_it_when_it_is_undone(world: World) -> None:
    learned, later = world.learned, World()
    del later.verdicts[FIRST_MADE]
    shown = later.shape(learned).shown
    assert FIRST_MADE not in set(shown.tolist())


def test_what_was_taught_of_merged_themes_goes_with_their_merge(world: World) -> None:
    later = World()
    later.verdicts[1] = merged(1, 2, number=50)
    learned = later.learned
    assert [1, 2] in learned.taught.joined.tolist()  # type: ignore[union-attr]
    joined = later.shape(learned).shown
    assert 1 not in set(joined.tolist())
    del later.verdicts[1]
    parted = later.shape(learned)
    alone = later.shape(later.model)
    of_both = np.isin(alone.shown, [1, 2]) | np.isin(parted.shown, [1, 2])
    assert np.array_equal(parted.shown[of_both], alone.shown[of_both])


def test_a_later_merge_takes_along_what_was_taught(world: World) -> None:
    learned, later = world.learned, World()
    was = later.shape(learned).shown
    later.verdicts[FIRST_MADE + 1] = replace(
        later.verdicts[FIRST_MADE + 1],
        merged_into=f"theme-{FIRST_MADE}",
        signed={
            **later.verdicts[FIRST_MADE + 1].signed,
            **merged(FIRST_MADE + 1, FIRST_MADE, number=60).signed,
        },
    )
    shown = later.shape(learned).shown
    assert set(shown[was == FIRST_MADE + 1].tolist()) == {FIRST_MADE}


def test_the_file_of_a_fit_holds_what_was_taught(world: World) -> None:
    learned = world.learned
    read = from_bytes(to_bytes(learned))
    assert read.taught is not None
    assert learned.taught is not None
    for part in Taught.__slots__:
        assert np.array_equal(getattr(read.taught, part), getattr(learned.taught, part))


def test_the_file_of_a_fit_that_was_taught_nothing_says_nothing_of_it(world: World) -> None:
    data = to_bytes(world.model)
    assert b"taught" not in data
    assert from_bytes(data).taught is None


def test_the_order_of_texts_decides_nothing(world: World) -> None:
    again = World()
    order = np.random.default_rng(3).permutation(len(again.found))
    names = [name(row) for row in order.tolist()]
    rank = np.argsort(order)
    lesson = Lesson(
        Said(again.vectors[order], None),
        rank[np.arange(len(order))[::-1]],
        [[one] for one in names],
        names,
        again.found[order],
        again.wishes,
        {},
    )
    one, other = world.taught(), teach(lesson)
    assert one is not None
    assert other is not None
    assert np.array_equal(one.texts, other.texts)
    assert np.array_equal(one.places, other.places)


def test_a_text_said_twice_is_taught_by_whichever_was_sorted() -> None:
    world = World()
    named: Mapping[str, int] = world.wishes.places
    names = [name(row) for row in range(len(world.found))]
    statements = [["00000-first", one] if one in named else [one] for one in names]
    lesson = Lesson(
        Said(world.vectors, None),
        np.arange(len(names)),
        statements,
        names,
        world.found,
        world.wishes,
        {},
    )
    assert teach(lesson) is not None
