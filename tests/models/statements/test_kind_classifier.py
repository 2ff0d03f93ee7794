import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from groundswell.errors import ModelError
from models.encoding.embedding import HashingEncoder
from models.encoding.model_folder import ModelFolder, find_model
from models.statements.kind_classifier import (
    KindClassifier,
    fit_kind_classifier,
    from_bytes,
    to_bytes,
)
from models.statements.kind_features import prose, readable
from models.statements.kind_tuning import TunedEncoder, tune_encoder

ENCODER = HashingEncoder()
OPENINGS = {
    "complaint": "The {} broke and shows an error",
    "idea": "Please add a {} to the page",
    "thanks": "Thank you for the wonderful {}",
}
THINGS = ("lamp", "door", "clock", "chart", "printer", "menu", "window", "wheel", "radio", "pump")
TEXTS = [opening.format(thing) for opening in OPENINGS.values() for thing in THINGS]
LABELS = [label for label in OPENINGS for _ in THINGS]
NEW = [opening.format("ladder") for opening in OPENINGS.values()]


CLASSES = np.repeat(np.arange(3), len(THINGS))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    return find_model(str(make_encoder(tmp_path_factory.mktemp("tiny"), seed=7)))


@pytest.fixture(scope="module")
def tuned(base: ModelFolder) -> TunedEncoder:
    return tune_encoder(TEXTS, CLASSES, base, seed=1, epochs=40)


@pytest.fixture(scope="module")
def voting(model: KindClassifier, tuned: TunedEncoder) -> KindClassifier:
    return replace(model, tuned=tuned)


@pytest.fixture(scope="module")
def model() -> KindClassifier:
    return fit_kind_classifier(TEXTS, LABELS, ENCODER, seed=1)


def test_labels_it_never_saw_before_are_learnt(model: KindClassifier) -> None:
    assert model.labels == ("complaint", "idea", "thanks")
    assert model.predict(NEW) == ["complaint", "idea", "thanks"]
    np.testing.assert_allclose(model.probabilities(NEW).sum(axis=1), 1.0)


def test_two_labels_are_enough() -> None:
    model = fit_kind_classifier(TEXTS[:20], LABELS[:20], ENCODER, seed=1)
    assert model.predict(NEW[:2]) == ["complaint", "idea"]


def test_no_text_gives_no_label(model: KindClassifier) -> None:
    assert model.predict([]) == []
    assert model.probabilities([]).shape == (0, 3)


def test_written_and_read_it_says_the_same(model: KindClassifier) -> None:
    data = to_bytes(model)
    again = from_bytes(data, ENCODER)
    assert again.probabilities(NEW).tobytes() == model.probabilities(NEW).tobytes()
    assert to_bytes(again) == data


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_trees(
    model: KindClassifier,
) -> None:
    assert to_bytes(fit_kind_classifier(TEXTS, LABELS, ENCODER, seed=1)) == to_bytes(model)
    assert to_bytes(fit_kind_classifier(TEXTS, LABELS, ENCODER, seed=2)) != to_bytes(model)


def test_the_trees_say_what_scikit_learn_says() -> None:
    from sklearn.ensemble import ExtraTreesClassifier

    from models.statements.tree_ensemble import TREES, fit_trees

    draws = np.random.default_rng(3)
    features = draws.normal(size=(60, 7)).astype(np.float32)
    labels = [("a", "b", "c")[int(number)] for number in draws.integers(3, size=60)]
    asked = draws.normal(size=(40, 7)).astype(np.float32)
    theirs = ExtraTreesClassifier(TREES, max_features=0.5, random_state=5).fit(features, labels)
    ours = fit_trees(features, labels, share=0.5, seed=5)
    np.testing.assert_allclose(ours.probabilities(asked), theirs.predict_proba(asked), atol=1e-6)


def test_a_tuned_encoder_knows_what_it_was_taught(tuned: TunedEncoder) -> None:
    # A random encoder's layers must learn here: untaught, it says one class for all.
    assert tuned.probabilities(NEW).argmax(axis=1).tolist() == [0, 1, 2]
    np.testing.assert_allclose(tuned.probabilities(NEW).sum(axis=1), 1.0)


def test_embeddings_and_the_lowest_layer_stay_as_they_were(tuned: TunedEncoder) -> None:
    layers = {name.split("layer.")[1][0] for name in tuned.weights if "layer." in name}
    assert layers == {"1"}
    assert not [name for name in tuned.weights if "embeddings" in name or "pooler" in name]


def test_tuning_repeats_itself_and_leaves_torch_as_it_was(base: ModelFolder) -> None:
    import torch

    torch.manual_seed(5)
    before = torch.get_num_threads(), torch.random.get_rng_state()
    first, again, other = (
        tune_encoder(TEXTS, CLASSES, base, seed=seed, epochs=1) for seed in (1, 1, 2)
    )
    assert torch.get_num_threads() == before[0]
    assert torch.equal(torch.random.get_rng_state(), before[1])
    assert all((first.weights[name] == again.weights[name]).all() for name in first.weights)
    assert any((first.weights[name] != other.weights[name]).any() for name in first.weights)


def test_company_does_not_change_what_a_tuned_encoder_says(tuned: TunedEncoder) -> None:
    # Padding beside a longer text must not count; 16-bit floats hold some three digits.
    alone = tuned.probabilities(NEW[:1])
    together = tuned.probabilities([*NEW, "The " + "very " * 50 + "long one"])
    np.testing.assert_allclose(together[:1], alone, atol=0.01)


def test_beginning_and_end_of_a_long_text_are_read_and_the_middle_is_not(
    tuned: TunedEncoder,
) -> None:
    # 64 tokens are read: the first 48 and the last 16.
    whole = "door " * 200
    first, middle, last = (whole[:at] + "thank " + whole[at + 6 :] for at in (0, 500, 980))
    plain, begun, within, ended = tuned.probabilities([whole, first, middle, last])
    np.testing.assert_array_equal(within, plain)
    assert np.abs(begun - plain).max() > 0.001
    assert np.abs(ended - plain).max() > 0.001


def test_the_tuned_encoder_has_a_third_of_the_votes(
    model: KindClassifier, tuned: TunedEncoder, voting: KindClassifier
) -> None:
    mean = (2 * model.probabilities(NEW) + tuned.probabilities(NEW)) / 3
    np.testing.assert_allclose(voting.probabilities(NEW), mean)
    assert voting.probabilities([]).shape == (0, 3)


def test_fitted_with_a_base_it_is_tuned_on_the_labels(base: ModelFolder) -> None:
    model = fit_kind_classifier(TEXTS, LABELS, ENCODER, seed=1, base=base)
    alone = tune_encoder(TEXTS, CLASSES, base, seed=1)
    assert model.tuned is not None
    assert all((model.tuned.weights[name] == alone.weights[name]).all() for name in alone.weights)
    assert model.predict(NEW) == ["complaint", "idea", "thanks"]


def test_tuned_written_and_read_it_says_the_same(voting: KindClassifier, base: ModelFolder) -> None:
    data = to_bytes(voting)
    again = from_bytes(data, ENCODER, base=base)
    assert again.probabilities(NEW).tobytes() == voting.probabilities(NEW).tobytes()
    assert to_bytes(again) == data


def test_a_tuned_classifier_asks_for_the_model_it_came_from(
    voting: KindClassifier, tmp_path: Path
) -> None:
    data = to_bytes(voting)
    with pytest.raises(ModelError, match="the model given is none; give that one or fit it again"):
        from_bytes(data, ENCODER)
    other = find_model(str(make_encoder(tmp_path, seed=8)))
    with pytest.raises(ModelError, match=f"the model given is {other.name}@{other.digest[:12]}"):
        from_bytes(data, ENCODER, base=other)


def test_an_untuned_classifier_needs_no_base(model: KindClassifier, base: ModelFolder) -> None:
    assert from_bytes(to_bytes(model), ENCODER, base=base).tuned is None


def test_weights_for_other_labels_are_refused(voting: KindClassifier, base: ModelFolder) -> None:
    with pytest.raises(ModelError, match="not readable"):
        from_bytes(to_bytes(replace(voting, labels=("a", "b"))), ENCODER, base=base)


def test_another_encoder_is_refused(model: KindClassifier) -> None:
    with pytest.raises(ModelError, match=r"fitted with hashing-256-1, the encoder is other"):
        from_bytes(to_bytes(model), HashingEncoder(model_id="other"))


@pytest.mark.parametrize("data", [b"", b"\x00" * 8, b"\x10" + b"\x00" * 7 + b'{"__metadata__"'])
def test_what_is_no_classifier_is_refused(data: bytes) -> None:
    with pytest.raises(ModelError, match="not readable"):
        from_bytes(data, ENCODER)


@pytest.mark.parametrize(
    ("texts", "labels"), [(["a", "b"], ["x"]), (["a", "b"], ["x", "x"]), ([], [])]
)
def test_too_little_to_learn_from_is_refused(texts: list[str], labels: list[str]) -> None:
    with pytest.raises(ValueError, match="labels"):
        fit_kind_classifier(texts, labels, ENCODER, seed=1)


def test_prose_is_what_people_wrote() -> None:
    text = "Title\n<!-- fill in -->\nIt <b>fails</b> at https://example.com/x\n```\nx = 1\n```\nbye"
    assert prose(text) == "Title\nIt fails at link\ncode\nbye"


def test_a_readable_text_keeps_headings_and_logs() -> None:
    assert readable("# Steps\n[here](https://example.com)\n== 12 34 56 == 78 ==") == (
        "# Steps\nhere\n== 12 34 56 == 78 =="
    )


def test_a_text_of_code_alone_stays() -> None:
    assert prose("<!-- only this -->") == "<!-- only this -->"


def test_prose_takes_no_time_on_brackets_without_end() -> None:
    assert prose("[" * 20_000) == "[" * 20_000


def make_encoder(folder: Path, *, seed: int) -> Path:
    """Write a BERT of random weights that knows the words of the texts: 2 layers, 32 dimensions."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    words = sorted({word for text in [*TEXTS, *NEW] for word in text.lower().split()})
    known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words]
    places = {word: place for place, word in enumerate(known)}
    tokenizer = Tokenizer(models.WordLevel(places, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(known),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.2,
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    limit = {"max_seq_length": 64}
    (folder / "sentence_bert_config.json").write_text(json.dumps(limit), encoding="utf-8")
    return folder
