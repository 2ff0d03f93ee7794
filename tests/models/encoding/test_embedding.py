"""Encoders: one text, one vector; the right files; a useful line when something is wrong."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.domain import Vectors
from groundswell.errors import ModelError
from models.encoding.embedding import (
    Advance,
    Backend,
    Encoder,
    HashingEncoder,
    describe_encoder,
    embed,
    load_encoder,
    unobserved,
)
from models.encoding.model_folder import SHIPPED_PACKAGE, file_hash, find_model
from models.encoding.text_pieces import cut_text, load_tokenizer

MINI = "all-MiniLM-L6-v2"
TALK = (
    "the app crashes when I export my report to a sheet and nobody answers please add dark mode"
    " offline sync calendar invoice 3.11 naïve 同步 😡 unbelievably counterproductive"
)


def made_up_texts(count: int, longest: int) -> list[str]:
    chance = random.Random(7)
    words = TALK.split()
    return [" ".join(chance.choices(words, k=chance.randint(1, longest))) for _ in range(count)]


def load(model: str | Path, cache: Path, backend: Backend = "auto", threads: int = 2) -> Encoder:
    return load_encoder(str(model), backend=backend, cache=cache, threads=threads)


# --- vectors ---------------------------------------------------------------------------------


@given(st.lists(st.text(max_size=30), max_size=20), st.randoms(use_true_random=False))
def test_order_and_company_do_not_change_a_vector(texts: list[str], chance: random.Random) -> None:
    encoder = HashingEncoder()
    shuffled = chance.sample(texts, len(texts))
    alone = {text: embed([text], encoder)[0] for text in texts}
    for text, vector in zip(shuffled, embed(shuffled, encoder), strict=True):
        np.testing.assert_array_equal(vector, alone[text])


@given(st.lists(st.text(max_size=30), min_size=1, max_size=20))
def test_vectors_are_of_length_one_and_survive_half_precision(texts: list[str]) -> None:
    vectors = embed(texts, HashingEncoder())
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
    np.testing.assert_array_equal(vectors, vectors.astype(np.float16).astype(np.float32))


def test_hashing_counts_words() -> None:
    # "sync sync fails" is (2, 1) on two places, "sync" is (1, 0): cosine 2 / sqrt(5)
    one, two = embed(["sync", "Sync, sync fails"], HashingEncoder())
    assert float(one @ two) == pytest.approx(2 / np.sqrt(5), abs=1e-3)


def test_equal_texts_are_encoded_once_and_progress_counts_them_all() -> None:
    encoder = Counting()
    steps: list[int] = []
    vectors = embed(["a", "b", "a", "a"], encoder, advance=steps.append)
    assert encoder.seen == ["a", "b"]
    assert sum(steps) == 4
    np.testing.assert_array_equal(vectors[0], vectors[3])


def test_nothing_gives_no_rows() -> None:
    assert embed([], HashingEncoder()).shape == (0, 256)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_vector_without_direction_is_refused(value: float) -> None:
    with pytest.raises(ModelError, match=r"counting: no usable vector for 1 of 2 texts; set "):
        embed(["fine", "broken"], Counting(broken=value))


# --- the shipped model -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encoders")


@pytest.fixture(scope="module")
def mini(cache: Path) -> Encoder:
    return load(MINI, cache)


def test_the_fast_encoder_stands_in_for_the_exact_one(mini: Encoder, cache: Path) -> None:
    texts = made_up_texts(60, longest=40)
    exact = load(MINI, cache, "torch")
    cosines = (embed(texts, mini) * embed(texts, exact)).sum(axis=1)
    assert mini.model_id.endswith("/onnx-int8-1")
    assert exact.model_id.endswith("/torch-fp32")
    assert cosines.mean() >= 0.98
    assert cosines.min() >= 0.95


def test_batch_order_and_threads_change_no_bit(mini: Encoder, cache: Path) -> None:
    texts = made_up_texts(100, longest=60)
    together = mini.encode(texts)
    backwards = load(MINI, cache, threads=1).encode(texts[::-1])[::-1]
    alone = np.concatenate([mini.encode([text]) for text in texts])
    assert together.tobytes() == backwards.tobytes() == alone.tobytes()


def test_the_end_of_a_long_text_counts(mini: Encoder) -> None:
    start = "The calendar shows the wrong week. " * 60  # 420 words, above 256 tokens
    calm, angry = embed([start, start + "Refund my money, you thieves! " * 60], mini)
    assert float(calm @ angry) < 0.95


def test_once_prepared_it_loads_without_torch(mini: Encoder, cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from models.encoding.embedding import *;"
        f"cache = Path({str(cache)!r});"
        f"print(describe_encoder({MINI!r}, backend='auto', cache=cache));"
        "assert 'onnxruntime' not in sys.modules;"
        f"load_encoder({MINI!r}, backend='auto', cache=cache, threads=1).encode(['hello']);"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    assert run_python(code).splitlines() == [mini.model_id, "[]"]


def test_weights_that_are_not_the_published_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / SHIPPED_PACKAGE / "model"
    folder.mkdir(parents=True)
    (tmp_path / SHIPPED_PACKAGE / "__init__.py").touch()
    (folder / "model.safetensors").write_bytes(b"tampered")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError, match=r"SHA-256 is .*, expected 53aa51172d14; reinstall"):
        find_model(MINI)


# --- other models ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "small")


def test_any_local_folder_can_be_the_encoder(small: Path, tmp_path: Path) -> None:
    encoder = load(small, tmp_path)
    assert encoder.dims == 32
    assert encoder.model_id == describe_encoder(str(small), backend="auto", cache=tmp_path)
    assert encoder.model_id.startswith("small@")
    assert encoder.model_id.endswith("/onnx-int8-1")


def test_first_token_pooling_agrees_with_the_exact_model(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "cls", pooling="cls")
    texts = made_up_texts(20, longest=6)
    fast, exact = load(folder, tmp_path, "onnx-int8"), load(folder, tmp_path, "torch")
    assert ((embed(texts, fast) * embed(texts, exact)).sum(axis=1) > 0.95).all()


def test_the_exact_encoder_also_gives_one_vector_a_text(small: Path, tmp_path: Path) -> None:
    texts = made_up_texts(50, longest=40)
    encoder = load(small, tmp_path, "torch")
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert encoder.encode(texts[::-1])[::-1].tobytes() == alone.tobytes()


def test_a_damaged_graph_is_made_again(small: Path, tmp_path: Path) -> None:
    before = load(small, tmp_path).encode(["hello"])
    (graph,) = tmp_path.glob("*/model.onnx")
    graph.write_bytes(graph.read_bytes()[:-1])
    np.testing.assert_array_equal(load(small, tmp_path).encode(["hello"]), before)


def test_another_file_in_the_model_is_another_model(small: Path, tmp_path: Path) -> None:
    before = find_model(str(small)).digest
    other = make_model(tmp_path / "small", max_tokens=15)
    assert find_model(str(make_model(tmp_path / "again" / "small"))).digest == before
    assert find_model(str(other)).digest != before


def test_a_file_that_was_written_over_has_another_hash(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_text("one", encoding="utf-8")
    found = path.stat()
    before = file_hash(path)
    path.write_text("two", encoding="utf-8")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))  # as some copying programs do
    assert file_hash(path) != before
    path.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        file_hash(path)


def test_what_the_graph_cannot_express_runs_exactly(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make_model(tmp_path / "odd", pooling="max")
    assert load(folder, tmp_path).model_id.endswith("/torch-fp32")
    assert "the exact one is used" in caplog.text
    with pytest.raises(ModelError, match=r'set .embedding. backend to "auto"'):
        load(folder, tmp_path, "onnx-int8")


def test_a_graph_that_disagrees_is_tried_once_and_never_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # One activation a thousand times the others leaves them no levels of the 8-bit scale.
    folder = make_model(tmp_path / "loud", loudest=1000.0)
    for attempt in (1, 2):
        encoder = load(folder, tmp_path)
        assert encoder.model_id.endswith("/torch-fp32"), attempt
    assert caplog.text.count("agrees with the exact one to") == 2
    assert encoder.model_id == describe_encoder(str(folder), backend="auto", cache=tmp_path)
    assert not list(tmp_path.glob("*-onnx-int8-1/model.onnx"))


# --- cutting long texts ----------------------------------------------------------------------


@given(text=st.text(alphabet="ab cé😡同\n", max_size=300))
def test_pieces_fit_and_lose_nothing_but_blanks(small: Path, text: str) -> None:
    tokenizer = load_tokenizer(small / "tokenizer.json")
    pieces = cut_text(text, tokenizer, 16)
    assert all(len(piece.ids) <= 16 for piece in pieces)
    assert "".join("".join(piece.text for piece in pieces).split()) == "".join(text.split())


def test_cuts_fall_between_words(small: Path) -> None:
    # 14 places beside [CLS] and [SEP], 3 tokens a word: 4 words a piece
    tokenizer = load_tokenizer(small / "tokenizer.json")
    pieces = cut_text(" ".join(["abc"] * 10), tokenizer, 16)
    assert [len(piece.text.split()) for piece in pieces] == [4, 4, 2]
    assert [piece.weight for piece in pieces] == [12, 12, 6]


# --- what an operator can get wrong ----------------------------------------------------------


def test_a_missing_folder_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f'{tmp_path}/none.*no such folder; set .* to "{MINI}"'):
        describe_encoder(f"{tmp_path}/none", backend="auto", cache=tmp_path)


@pytest.mark.parametrize("missing", ["model.safetensors", "tokenizer.json", "config.json"])
def test_an_incomplete_folder_says_what_is_missing(tmp_path: Path, missing: str) -> None:
    folder = make_model(tmp_path / "part")
    (folder / missing).unlink()
    with pytest.raises(ModelError, match=f"no .*{Path(missing).suffix}; write the model once"):
        load(folder, tmp_path)


def test_a_hub_name_without_the_hub_is_one_line(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from models.encoding.embedding import *\n"
        "try: describe_encoder('some/model@main', backend='auto', cache=Path('.'))\n"
        "except ModelError as error: print(error)"
    )
    output = run_python(code, HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path))
    assert output.count("\n") == 1
    assert output.startswith("[embedding] model = 'some/model@main': not a local folder")
    assert f'set [embedding] model to "{MINI}"' in output


def test_a_cache_that_cannot_be_written_is_one_line(small: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match=r"cannot be kept here: .*; free some space or set"):
        load(small, tmp_path / "file")


# --- means -----------------------------------------------------------------------------------


@dataclass
class Counting:
    """An encoder that remembers what it was asked and can give one bad vector."""

    broken: float = 1.0
    model_id: str = "counting"
    dims: int = 2

    def encode(self, texts: Sequence[str], *, advance: Advance = unobserved) -> Vectors:
        self.seen = list(texts)
        advance(len(texts))
        last = self.broken
        return np.array([[1.0, 1.0]] * (len(texts) - 1) + [[last, last]], dtype=np.float32)


def run_python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    return done.stdout


def make_model(
    folder: Path, *, pooling: str = "mean", max_tokens: int = 16, loudest: float = 1.0
) -> Path:
    """Write a BERT of random weights that spells words: 2 layers, 32 dimensions."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    signs = [*"abcdefghijklmnopqrstuvwxyz0123456789.,!?"]
    vocabulary = {
        token: i for i, token in enumerate([*special, *signs, *("##" + s for s in signs)])
    }
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.2,
    )
    model = BertModel(config).eval()
    with torch.no_grad():
        model.encoder.layer[0].output.LayerNorm.weight[0] = loudest
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    write_json(
        folder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(kinds.items())
        ],
    )
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": max_tokens})
    write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "unk_token": "[UNK]"},
    )
    write_json(
        folder / "1_Pooling" / "config.json", {"embedding_dimension": 32, "pooling_mode": pooling}
    )
    return folder


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
