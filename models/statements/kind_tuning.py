"""Teach a sentence encoder a team's own labels, so that its layers look for what tells them apart.

Vectors made for likeness say what a message is about; whether it asks or complains is a small part
of them. Here the layers learn the labels themselves, with one linear layer on the mean of the
tokens (docs/decisions/0009-statement-kinds.md). The token embeddings stay as they were: few texts
hold few words, and the others must not be left behind.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from groundswell.domain import FloatArray, IntArray
from models.encoding.model_folder import ModelFolder
from models.encoding.text_pieces import load_tokenizer
from models.statements.kind_features import FORM, readable

if TYPE_CHECKING:
    from torch import Tensor

# Chosen by cross-validation inside one training file (docs/decisions/0009-statement-kinds.md).
EPOCHS = 4
_BEGINNING, _END = 160, 32  # tokens read; a long message says what it wants first, or last
_BATCH = 16  # texts
_RATE, _HEAD_RATE = 1e-4, 1e-3  # highest learning rates: of the top layer, of the new one
_RATE_DECAY = 0.9  # a layer learns at this share of the rate of the one above
_FROZEN = 1  # lowest layers left as they were, with the embeddings
_WARMUP = 0.1  # of all steps
_SMOOTHING = 0.1  # share of a label's weight spread over all: labels are not always right
_DROPOUT = 0.1
_WEIGHT_DECAY = 0.01
_LONGEST_STEP = 1.0  # norm of a gradient
_BUCKET = 8  # batches sorted by length together, to pad little
_THREADS = 2  # always: the order of sums, and so the last digits, would depend on it
_START = 0.02  # standard deviation of the new layer's first weights


@dataclass(frozen=True, slots=True)
class TunedEncoder:
    """What an encoder's layers became by learning labels, and the layer on top of them."""

    base: ModelFolder
    """The model that was tuned; its embeddings are read from there."""
    weights: Mapping[str, NDArray[np.float16]]
    """Every parameter that learnt, by name; ``head.bias`` has shape (n_labels,)."""

    def probabilities(self, texts: Sequence[str]) -> FloatArray:
        """Return the probability of each label, shape (n_texts, n_labels), rows summing to 1.

        The last digits depend on the machine and on the texts asked together.

        Raises
        ------
        KeyError, RuntimeError
            The weights are not those of a tuned `base`.
        """
        from torch import inference_mode

        ids = _read(texts, self.base)
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        found = np.zeros((len(ids), len(self.weights["head.bias"])))
        with _torch_as_needed(seed=0), inference_mode():
            network = _network(self.base, len(self.weights["head.bias"]))
            _put(network, self.weights)
            network.eval()
            for first in range(0, len(order), _BATCH):
                rows = order[first : first + _BATCH]
                logits = _logits(network, [ids[row] for row in rows])
                found[rows] = logits.double().softmax(-1).numpy()
        return found


def tune_encoder(
    texts: Sequence[str], classes: IntArray, base: ModelFolder, *, seed: int, epochs: int = EPOCHS
) -> TunedEncoder:
    """Learn the class of each text by cross-entropy, with AdamW and a falling learning rate.

    Parameters
    ----------
    classes
        Shape (n_texts,), 0 to n_classes - 1, each class at least once.
    base
        An encoder of transformers whose layers stand in one list; its dropout is used.
    seed
        For the order of texts, dropout and the new layer. On one machine, the same arguments give
        the same weights.

    References
    ----------
    Sun, Qiu, Xu and Huang (2019), "How to fine-tune BERT for text classification?", CCL 2019:
    beginning and end of a long text, and lower rates for lower layers.
    """
    ids = _read(texts, base)
    draws = np.random.default_rng(seed)
    with _torch_as_needed(seed):
        network = _network(base, int(classes.max()) + 1)
        optimiser, schedule = _optimiser(network, math.ceil(len(ids) / _BATCH) * epochs)
        network.train()
        for _ in range(epochs):
            for rows in _batches([len(one) for one in ids], draws):
                _step(network, [ids[row] for row in rows], classes[rows], optimiser)
                schedule.step()
        learnt = {name: part for name, part in network.named_parameters() if part.requires_grad}
        weights = {name: _half(part) for name, part in learnt.items()}
    return TunedEncoder(base, weights)


@contextmanager
def _torch_as_needed(seed: int) -> Iterator[None]:
    """Set torch's threads and chance, and put both back: others in the process rely on them."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(_THREADS)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def _read(texts: Sequence[str], base: ModelFolder) -> list[list[int]]:
    """Return the token ids of each text; the middle of a long one is left out."""
    tokenizer = load_tokenizer(base.tokenizer)
    end = min(_END, base.max_tokens // 4)
    beginning = min(_BEGINNING, base.max_tokens - end)
    every = []
    for text in texts:
        ids = tokenizer.encode(readable(text[:FORM])).ids
        long = len(ids) > beginning + end
        every.append(ids[:beginning] + ids[-end:] if long else ids)
    return every


def _network(base: ModelFolder, n_classes: int) -> Any:
    """Return encoder and new layer; what shall learn is marked so."""
    from torch import nn
    from transformers import AutoConfig, AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    place = {"local_files_only": True, "trust_remote_code": False}
    config = AutoConfig.from_pretrained(str(base.tokenizer.parent), **place)
    config.attention_probs_dropout_prob = 0.0  # chance for every pair of tokens is slow
    encoder = AutoModel.from_pretrained(
        str(base.tokenizer.parent),
        config=config,
        use_safetensors=True,
        attn_implementation="eager",  # in 16 bits on a CPU, faster than the fused one
        **place,
    )
    encoder.requires_grad_(False)
    for layer in _layers(encoder)[_FROZEN:]:
        layer.requires_grad_(True)
    head = nn.Linear(encoder.config.hidden_size, n_classes)
    nn.init.normal_(head.weight, std=_START)
    nn.init.zeros_(head.bias)
    return nn.ModuleDict({"encoder": encoder, "head": head})


def _layers(encoder: Any) -> Any:
    from torch import nn

    return max((part for part in encoder.modules() if isinstance(part, nn.ModuleList)), key=len)


def _put(network: Any, weights: Mapping[str, NDArray[np.float16]]) -> None:
    """Set what learnt; a missing name is a KeyError, a wrong shape a RuntimeError."""
    from torch import from_numpy

    learnt = [name for name, part in network.named_parameters() if part.requires_grad]
    state = {name: from_numpy(weights[name].astype(np.float32)) for name in learnt}
    network.load_state_dict(state, strict=False)


def _logits(network: Any, ids: Sequence[Sequence[int]]) -> "Tensor":
    """Return shape (n_texts, n_classes), from the mean of each text's token vectors."""
    import torch

    longest = max(map(len, ids))
    tokens = torch.zeros((len(ids), longest), dtype=torch.long)
    mask = torch.zeros((len(ids), longest), dtype=torch.long)
    for row, one in enumerate(ids):
        tokens[row, : len(one)] = torch.tensor(one)
        mask[row, : len(one)] = 1
    # Where a processor knows them, 16-bit floats take half the time.
    quick = bool(torch.cpu.get_capabilities().get("avx512_bf16"))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=quick):
        states = network["encoder"](input_ids=tokens, attention_mask=mask).last_hidden_state
    shares = mask.unsqueeze(-1) / mask.sum(dim=1)[:, None, None]
    mean = (states.float() * shares).sum(dim=1)
    return network["head"](torch.nn.functional.dropout(mean, _DROPOUT, network.training))


def _optimiser(network: Any, steps: int) -> tuple[Any, Any]:
    from torch import optim

    groups = [{"params": list(network["head"].parameters()), "lr": _HEAD_RATE}]
    for depth, layer in enumerate(reversed(_layers(network["encoder"])[_FROZEN:])):
        groups.append({"params": list(layer.parameters()), "lr": _RATE * _RATE_DECAY**depth})
    optimiser = optim.AdamW(groups, weight_decay=_WEIGHT_DECAY, fused=True)
    warm = max(1, round(_WARMUP * steps))

    def share(step: int) -> float:
        return min((step + 1) / warm, (steps - step) / max(1, steps - warm))

    return optimiser, optim.lr_scheduler.LambdaLR(optimiser, share)


def _batches(lengths: Sequence[int], draws: np.random.Generator) -> Iterator[IntArray]:
    """Yield every row once, in batches of like length, in an order of chance."""
    order = draws.permutation(len(lengths))
    size = np.asarray(lengths)
    batches = []
    for first in range(0, len(order), _BUCKET * _BATCH):
        bucket = order[first : first + _BUCKET * _BATCH]
        bucket = bucket[np.argsort(size[bucket], kind="stable")]
        batches += [bucket[start : start + _BATCH] for start in range(0, len(bucket), _BATCH)]
    for place in draws.permutation(len(batches)).tolist():
        yield batches[place]


def _step(network: Any, ids: Sequence[Sequence[int]], classes: IntArray, optimiser: Any) -> None:
    import torch

    logits = _logits(network, ids)
    wanted = torch.from_numpy(classes)
    loss = torch.nn.functional.cross_entropy(logits, wanted, label_smoothing=_SMOOTHING)
    optimiser.zero_grad()
    loss.backward()
    learning = [part for part in network.parameters() if part.requires_grad]
    torch.nn.utils.clip_grad_norm_(learning, _LONGEST_STEP)
    optimiser.step()


def _half(part: Any) -> NDArray[np.float16]:
    return np.asarray(part.detach().numpy().astype(np.float16))
