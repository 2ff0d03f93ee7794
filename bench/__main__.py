"""Take one measurement: ``python -m bench NAME ...`` prints one JSON object on its last line.

What is measured and with which options, ``python -m bench NAME -h`` says. Progress goes to
standard error.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from math import isnan

from groundswell.errors import GroundswellError

NAMES = {
    "themes": "how well the themes of labelled texts are found",
    "names": "how well themes are named",
    "cut": "how well a theme of two needs is cut in two",
    "learn": "how far corrections of themes reach statements that nobody touched",
    "retrain": "how long retraining takes, what holds of decisions, and what going back restores",
    "lineage": "how themes keep their ids over refits, and which changes are told",
    "demand": "how well the rate of voices foretells demand",
    "effect": "how well the effect of a release is told from chance",
    "link": "how well texts about the same thing are matched, and how true the probabilities are",
    "effort": "how well person-days are estimated by analogy",
    "rank": "how long ranking takes, and how much memory",
    "plan": "how good a release plan is and how long it takes",
    "pairs": "how soon the weights of a team are learned from its answers about pairs",
    "worlds": "how often the interval of a rank holds the true one",
    "run": "how long the pipeline takes, step by step",
    "embed": "how fast and how exact the encoder is",
    "ingest": "how fast rows are read, cleaned and stored",
    "search": "how well search by meaning finds what the encoder would find, and how fast",
    "decide": "how long reviewers wait to decide while pipelines write, and what is lost",
    "reviewers": "how long a team waits for the review app while pipelines write, over HTTP",
    "kind": "how well the kinds of labelled texts are told",
    "scale": "how the fit grows with the number of statements",
    "shards": "how much faster embedding is when processes of a cluster share it",
    "million": "where a run of many records spends its time and memory, from file to report",
    "capacity": "what a first run of very many records takes on a cluster, by simulation",
    "drift": "how sure drift alarms are, and which drifts they find",
    "emerging": "how well emerging issues meet the changelog, and how sure alarms are",
    "web": "how fast the pages of the review app answer, and how large they are",
    "erase": "how long it takes to erase one person of many",
    "supply": "what is known against what is installed, and under which licences it is",
    "privacy": "how much personal data is found, and how much else",
}


def main(argv: Sequence[str]) -> int:
    """Run the measurement named first and return the exit status: 2 for what a person can mend."""
    name = argv[0] if argv else "-h"
    if name in ("-h", "--help"):
        print("python -m bench NAME ..., where NAME is one of")
        print("\n".join(f"  {known:8} {what}" for known, what in NAMES.items()))
        return 0
    if name not in NAMES:
        return _refuse(f"{name}: no such measurement; there are {', '.join(NAMES)}")
    try:
        result = import_module(f"bench.{name}").run(list(argv[1:]))
    except GroundswellError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}; name a file that can be read")
    print(json.dumps(_known(result), ensure_ascii=False))
    return 0


def _refuse(line: str) -> int:
    print(f"python -m bench: {line}", file=sys.stderr)
    return 2


def _known(result: Mapping[str, object]) -> dict[str, object]:
    """Return the result with null for what is not a number, which JSON does not know."""
    return {
        key: None if isinstance(value, float) and isnan(value) else value
        for key, value in result.items()
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
