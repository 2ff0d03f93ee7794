from collections.abc import Iterator

import pytest

from groundswell.report import IdeaReport
from tests.web.pages.filling import Shown, by_hand, config_in, fill


@pytest.fixture(scope="session")
def report() -> IdeaReport:
    ideas = [by_hand.idea(n, words, len(by_hand.IDEAS)) for n, words in enumerate(by_hand.IDEAS, 1)]
    found: IdeaReport = by_hand.build(tuple(ideas))
    return found


@pytest.fixture(scope="module")
def shown(report: IdeaReport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    yield fill(config_in(tmp_path_factory.mktemp("api")), report)
