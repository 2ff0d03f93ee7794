"""Turn a sentence-transformers model into an 8-bit ONNX graph that reads one text at a time.

A graph that reads one text needs neither padding nor a mask, which leaves it a fifth smaller,
and its activation scales cannot depend on any other text.
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.encoding.model_folder import ModelFolder, Pooling
from models.encoding.torch_model import load_exact

if TYPE_CHECKING:
    import torch

PROBES: tuple[str, ...] = (
    "Crashes on start.",
    "Love it!",
    "meh",
    "The app closes by itself whenever I try to attach a photo to a comment.",
    "Please add a dark mode, my eyes hurt in the evening.",
    "Export to CSV drops every row after the first thousand and does not say so.",
    "We would pay for single sign-on with our own identity provider.",
    "How do I change the e-mail address of my account?",
    "Since version 3.11.2 the battery is empty by noon.",
    "Notifications arrive hours late, sometimes not at all.",
    "I was charged twice in March and support has not answered for nine days.",
    "Search finds nothing when the word has an accent, for example café or naïve.",
    "Fünf Sterne, aber die Synchronisierung mit dem Kalender fehlt mir sehr.",
    "La aplicación no deja iniciar sesión después de la última actualización.",
    "Impossible d'imprimer une facture depuis le téléphone.",
    "同步功能經常失敗,希望可以離線使用。",
    "オフラインでも使えるようにしてください。",
    "Приложение вылетает при открытии больших файлов.",
    "👍👍👍",
    "so slow 😡😡 uninstalling",
    "10/10 would recommend",
    "ERR_CONNECTION_RESET at https://example.com/api/v2/items?page=3",
    "Two-factor codes by text message never reach me abroad.",
    "It would be great if tasks could repeat every second Tuesday.",
    "The new editor is a joy: fast, quiet and out of my way.",
    "Your competitor already has offline maps.",
    "Cannot undo a bulk delete. We lost a week of work.",
    "Why is the button for archiving next to the one for deleting?",
    "pls fix teh login page it dont work on my fone",
    "PRICES WENT UP AGAIN AND NOTHING GOT BETTER",
    "Screen reader announces every icon as 'button', so I cannot find the menu.",
    "Keyboard shortcuts stopped working in the table view.",
    "The API returns 500 when a custom field contains a line break.",
    "Webhook retries are too aggressive; they took our server down.",
    "Could you raise the limit of 10 MB for attachments?",
    "Dashboard numbers differ from those in the monthly report by about 3 percent.",
    "The onboarding was confusing, but the person on the phone was patient and kind.",
    "I switched from another tool and miss the way it grouped related conversations.",
    "Printing a label takes eleven clicks.",
    "The map is blank on my tablet.",
    "Permission to view is not enough to comment, which makes reviews by clients impossible.",
    "Nothing to complain about.",
    "Is there a student discount?",
    "My refund was approved but the money has not arrived.",
    "The widget shows yesterday's data until I open the app.",
    "Time zones: a meeting at 9:00 in Berlin is shown at 9:00 in New York too.",
    "Sound cuts out after thirty seconds when the screen is locked.",
    "Copying a template also copies the comments of the old project.",
    "Let us rename columns. Let us hide columns. Let us sort by two columns.",
    "The import guessed day and month the wrong way round, so half of our dates are wrong.",
    "Autocorrect replaces product codes such as AX-204 with ordinary words.",
    "I like the idea of shared inboxes; I only wish that a colleague's draft were visible.",
    "Deleting my profile should not take a letter by post.",
    "With more than forty tabs open everything becomes unresponsive and the fan starts.",
    "Good value for a small team, too little control for a large one.",
    "Audit log entries older than ninety days disappear although our contract says two years.",
    "The reminder came, I tapped it, and it opened an empty page.",
    "Scrolling jumps back to the top each time a new message arrives.",
    "first it logs me out then it asks for a code then the code is wrong then it locks me out",
    "We are forty people in three countries. Everybody writes in their own language, and the"
    " automatic translation is good, but it is lost as soon as somebody edits the message.",
    "I have used this every day for six years, on four telephones and two computers, and until"
    " the redesign I recommended it to everyone. Now the list is half as dense, the colours have"
    " no contrast, and the one thing I do fifty times a day, marking a row as done, needs a menu.",
    "Every quarter I prepare the same report: open each project, copy the totals, paste them into"
    " a sheet, fix the currency, and send it to my manager. It takes a whole morning. A scheduled"
    " export with our own columns would save us days, and I know of three other departments that"
    " would use it. I asked about this last year and was told that it was planned.",
    "After the update the pen no longer works. Before the update it worked. I reinstalled, I"
    " restarted, I removed and added the pen again, I tried another pen. Support sent me the"
    " instructions that I had followed already. The forum is full of people with the same"
    " tablet and the same problem. Please give us the old version back until it is repaired.",
    "ok",
)
"""Texts of many lengths and scripts on which two backends are compared."""


def export_int8(folder: ModelFolder, graph: Path, example: Sequence[int]) -> Any:
    """Write the model as a quantised ONNX graph from ``input_ids`` to ``vector``.

    Weights become signed 7-bit integers per channel (with 8, processors without VNNI would
    overflow and two machines would disagree), activations are quantised as they come.

    Parameters
    ----------
    folder
        A model whose `pooling` is known.
    graph
        File to write; its folder also takes intermediate files, removed on return.
    example
        Token ids of some text, to trace the model with.

    Returns
    -------
    SentenceTransformer
        The exact model, to compare with.

    Raises
    ------
    RuntimeError, TypeError, ValueError
        The model does something that ONNX cannot express.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    exact = load_exact(folder, attention="eager")  # as plain products, which ONNX can express
    plain, prepared = graph.with_suffix(".fp32"), graph.with_suffix(".prepared")
    with _quietly():
        _trace(exact[0].auto_model, folder.pooling, plain, example)
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        quantize_dynamic(
            prepared, graph, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
    plain.unlink()
    prepared.unlink()
    return exact


def _trace(transformer: Any, pooling: Pooling | None, graph: Path, example: Sequence[int]) -> None:
    import torch

    class OneText(torch.nn.Module):  # type: ignore[misc] # torch is not type-checked
        """Token ids of one text, shape (1, n_tokens), to its unit vector, shape (1, dims)."""

        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: "torch.Tensor") -> "torch.Tensor":
            states = self.transformer(input_ids=input_ids).last_hidden_state
            pooled = states[:, 0] if pooling == "cls" else states.mean(dim=1)
            return torch.nn.functional.normalize(pooled, dim=1)

    with torch.no_grad():
        torch.onnx.export(
            OneText(),
            (torch.tensor([list(example)]),),
            str(graph),
            input_names=["input_ids"],
            output_names=["vector"],
            dynamic_axes={"input_ids": {1: "tokens"}},
            opset_version=17,
            dynamo=False,
        )


@contextmanager
def _quietly() -> Iterator[None]:
    """Hold back what the tracer warns of (the probes exercise it) and the quantiser's notes."""
    level = logging.root.manager.disable
    logging.disable(logging.INFO)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
