"""A piece of work in a process of its own, while this one goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import current_process, get_context, parent_process
from os import _exit, cpu_count
from threading import Thread
from typing import Any, TypeVar

from groundswell.errors import GroundswellError

Made = TypeVar("Made")


def can_work_apart() -> bool:
    """Tell whether there is a core for another process, and whether this one may start any."""
    return (cpu_count() or 1) > 1 and not current_process().daemon


@contextmanager
def done_apart(work: Callable[..., Made], *given: Any) -> Iterator[Callable[[], Made]]:
    """Begin a work in another process; give a function that waits for what it makes.

    The process ends with the ``with`` block, done or not, and where this one is killed.

    Parameters
    ----------
    work, given
        Can be pickled, and what it makes too. What it raises, the function raises here.

    Raises
    ------
    GroundswellError
        From the function: the process was killed.
    """
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_work, args=(theirs, work, given))
    process.start()
    theirs.close()

    def made() -> Made:
        try:
            found, error = ours.recv()
        except EOFError:
            raise GroundswellError(
                "a process that compared models was killed, perhaps for want of memory; run again"
            ) from None
        if error is not None:
            raise error
        value: Made = found
        return value

    try:
        yield made
    finally:
        process.terminate()
        process.join()
        ours.close()


def _work(answer: Any, work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    made: tuple[Any, Exception | None]
    try:
        made = (work(*given), None)
    except Exception as error:
        made = (None, error)
    except KeyboardInterrupt:  # our parent got it too, and tells of it
        return
    answer.send(made)


def _end_with_parent() -> None:
    """End at once when nobody waits any more: the next run takes the files away."""
    if (parent := parent_process()) is not None:
        parent.join()
        _exit(1)
