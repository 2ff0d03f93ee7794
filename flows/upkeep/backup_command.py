"""``groundswell backup`` and ``groundswell restore``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.options import DEFAULT_CONFIG, ConfigOption, JsonOption

if TYPE_CHECKING:
    from flows.upkeep.backup import Backup
    from flows.upkeep.restore import Restored

Identity = Annotated[
    Path | None,
    typer.Option("--identity", help="File with the private key of age.", metavar="KEYFILE"),
]


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="To be made; left out: named by the moment.")
    ] = None,
    recipients: Annotated[
        list[str] | None,
        typer.Option("--recipient", help="Encrypt for this public key.", metavar="age1..."),
    ] = None,
    check: Annotated[bool, typer.Option("--verify", help="Only check FILE, all of it.")] = False,
    identity: Identity = None,
    new_key: Annotated[
        Path | None,
        typer.Option("--new-key", help="Only make a key for encrypting.", metavar="KEYFILE"),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write the store, models and report into one file, while others work."""
    from flows import terminal
    from flows.upkeep.backup import take
    from flows.upkeep.restore import look
    from flows.upkeep.sealing import new_key as make_key
    from groundswell.config import load_config

    if new_key is not None:
        typer.echo(make_key(new_key))
        return
    if check and file is None:
        raise typer.BadParameter("--verify needs the FILE to check")
    if check and file is not None:
        found = look(file, identity)
    else:
        settings = load_config(config)
        found = take(settings, file, recipients or settings.backup.recipients)
    if as_json:
        terminal.write_json(told(found))
    else:
        _show(found)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    into: Annotated[
        str,
        typer.Option("--into", help="Another database than config.toml's.", metavar="DATABASE"),
    ] = "",
    identity: Identity = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a store that is there; it is kept beside.")
    ] = False,
    receipts: Annotated[
        Path | None,
        typer.Option("--receipts", help="Of erasures since the backup.", metavar="FILE"),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Bring the store, models and report back from a backup, all or nothing."""
    from flows import terminal
    from flows.upkeep.restore import restore as bring_back
    from groundswell.config import load_config

    settings = load_config(config)
    found = bring_back(
        settings, file, into=into, identity=identity, replace=replace, receipts=receipts
    )
    if as_json:
        facts = {
            "place": found.place,
            "kept": found.kept,
            "report": found.report,
            "erased_again": found.erased,
        }
        terminal.write_json({**facts, "backup": told(found.backup)})
        return
    _show_restored(found, settings.privacy.key_file)


def told(found: "Backup") -> dict[str, object]:
    """Return what a program wants to know of a backup."""
    manifest = found.manifest.model_dump(exclude={"members"})
    return {
        "path": found.path,
        "size": found.size,
        "sha256": found.sha256,
        "encrypted": found.encrypted,
        "pseudonym_key": found.key,
        "files": len(found.manifest.members),
        **manifest,
    }


def _show(found: "Backup") -> None:
    typer.echo(f"{found.path}: {found.size / 1e6:,.1f} MB, {_counted(found)}.")
    if found.sha256:
        typer.echo(f"SHA-256 {found.sha256}")
    else:
        typer.echo("Every checksum fits.")
    for name in found.manifest.missing:
        typer.echo(f"Not there, so not in it: {name}", err=True)
    if not found.encrypted:
        typer.echo(
            "It is not encrypted: whoever has the file can read what customers said. The key of"
            " the pseudonyms is not in it; keep that elsewhere. --recipient encrypts.",
            err=True,
        )


def _show_restored(found: "Restored", key: Path) -> None:
    typer.echo(f"Restored {_counted(found.backup)} into {found.place}.")
    if found.erased:
        typer.echo(
            "Whoever was erased since is erased again; 'groundswell run' makes models and report."
        )
    if found.kept:
        typer.echo(f"What was there before is kept: {found.kept}")
    if found.report and not key.exists():
        typer.echo(
            f"The key of the pseudonyms is not in this backup: put it back at {key} before the"
            " next run, or known people get new names.",
            err=True,
        )
    typer.echo("Start 'groundswell serve' and 'groundswell schedule' again if they are running.")


def _counted(found: "Backup") -> str:
    manifest = found.manifest
    others = sum(not name.startswith("tables/") for name in manifest.members)
    return (
        f"{found.rows:,} rows and {others} files of {manifest.taken_at}, schema"
        f" {manifest.schema_revision}, {manifest.database}"
    )
