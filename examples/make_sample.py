"""Write the sample of Rosterfinch and the truth planted in it: ``python -m examples.make_sample``.

The statements are hand-written (sentences/), the people, dates and numbers drawn from fixed
seeds: every run writes the same bytes.
"""

import argparse
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from examples.business import release_dates, write_business
from examples.channels import Written, write_channels
from examples.customers import LAST_DAY, invent_customers
from examples.messages import MONTHS, RELIEF, Message, Need, load_needs, write_messages

HERE = Path(__file__).parent
BROAD = 5
"""How many needs lead the list by accounts."""
RECENT_DAYS = 90
_PERSONAL = {"email": r"[\w.]+@example\.com", "phone": r"(\+1 )?\(?202\)?[ -]555-01\d\d"}


def main() -> None:
    """Write all files into the folder given, the sample's own by default."""
    parser = argparse.ArgumentParser(description="Write the sample data and its truth.")
    parser.add_argument("--out", type=Path, default=HERE / "sample", help="folder to write into")
    make_sample(parser.parse_args().out)


def make_sample(folder: Path) -> None:
    """Write the five feedback exports, the files around them and truth.json."""
    folder.mkdir(parents=True, exist_ok=True)
    customers = invent_customers(HERE / "customers.toml")
    needs = load_needs(HERE / "needs.toml")
    messages = write_messages(HERE / "sentences", needs, customers)
    answers = write_business(folder, HERE, customers)
    written = write_channels(folder, messages, HERE / "broken_rows.toml", release_dates(HERE))
    truth = _truth(messages, needs, written) | {key: answers[key] for key in sorted(answers)}
    text = json.dumps(truth, indent=1, ensure_ascii=False, default=str) + "\n"
    (folder / "truth.json").write_text(text, encoding="utf-8", newline="")


def _truth(
    messages: Sequence[Message], needs: Mapping[str, Need], written: Written
) -> dict[str, Any]:
    said = _needs_said(messages, needs, written)
    ranked = sorted(said, key=lambda key: (-said[key]["accounts"], key))
    ids = written.ids
    return {
        "counts": {
            "records": len(ids),
            "quarantined": len(written.quarantined),
            "repeated_rows": len(written.repeated),
        },
        "needs": said,
        "top_needs_by_accounts": ranked[:BROAD],
        "rising": {"need": "rest_rules", "since": "2026-08"},
        "solved": {
            "need": "slow_planner",
            "version": "4.6.0",
            "released": RELIEF,
            "thanks": _ids(messages, written, lambda m: m.mark == "+"),
        },
        "loud": {
            "account": needs["print_rota"].loud_account,
            "need": "print_rota",
            "records": _ids(messages, written, lambda m: m.mark == "!"),
        },
        "two_needs": {ids[i]: list(m.needs) for i, m in enumerate(messages) if len(m.needs) == 2},
        "duplicates": [
            {"first": ids[m.original], "second": ids[i], "kind": m.copy}
            for i, m in enumerate(messages)
            if m.copy
        ],
        "praise": _ids(messages, written, lambda m: m.topic == "praise"),
        "noise": _ids(messages, written, lambda m: m.topic == "noise"),
        "personal_data": _personal(messages, written),
        "quarantined": written.quarantined,
        "repeated_rows": written.repeated,
    }


def _needs_said(
    messages: Sequence[Message], needs: Mapping[str, Need], written: Written
) -> dict[str, Any]:
    """For every need who says it: records, accounts, voices by month and of late."""
    recent = datetime.combine(LAST_DAY, datetime.min.time(), UTC) - timedelta(days=RECENT_DAYS)
    said = {}
    for key, need in needs.items():
        chosen = [i for i, m in enumerate(messages) if key in m.needs]
        voices = {_voice(messages[i], written.ids[i]) for i in chosen}
        late = {_voice(messages[i], written.ids[i]) for i in chosen if messages[i].when > recent}
        monthly = [0] * MONTHS
        for i in chosen:
            monthly[messages[i].when.month - 2] += 1
        said[key] = {
            "description": need.description,
            "accounts": sum(voice.startswith("acc-") for voice in voices),
            "voices": len(voices),
            f"voices_last_{RECENT_DAYS}_days": len(late),
            "records_by_month": monthly,
            "records": sorted(written.ids[i] for i in chosen),
        }
    return said


def _voice(message: Message, record: str) -> str:
    """Account, else author, else the record itself: store and survey exports name no author."""
    if message.customer:
        return message.customer.account_id
    return record if message.channel in "rs" else message.author


def _ids(
    messages: Sequence[Message], written: Written, wanted: Callable[[Message], bool]
) -> list[str]:
    return sorted(written.ids[i] for i, message in enumerate(messages) if wanted(message))


def _personal(messages: Sequence[Message], written: Written) -> list[dict[str, str]]:
    return [
        {"record": written.ids[i], "kind": kind, "found": match[0]}
        for i, message in enumerate(messages)
        for kind, pattern in _PERSONAL.items()
        for match in re.finditer(pattern, message.body)
    ]


if __name__ == "__main__":
    main()
