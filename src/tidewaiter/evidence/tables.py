"""Derived tables: one Parquet file each, the same bytes for the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.errors import StoreDamaged, UnknownId, did_you_mean
from tidewaiter.evidence.durable import disk_errors, replacing
from tidewaiter.evidence.layout import refuse_links, table_path, tables_dir

if TYPE_CHECKING:
    from pathlib import Path

_ROW_GROUP = 1 << 20


def write_table(root: Path, name: str, table: pa.Table) -> Path:
    """Write a table of the case in one durable step and return its path.

    Equal rows and column types give equal bytes: chunks are joined, metadata of tools is left out, and the Parquet
    options are fixed.

    Raises:
        StorageFull, EvidenceError: the disk refuses, or `name` is no table name; the table is as it was before.
    """
    path = table_path(root, name)
    refuse_links(root)
    plain = pa.schema([_plain(field) for field in table.schema])
    table = table.cast(plain).replace_schema_metadata(None).combine_chunks()
    with replacing(path) as new:
        pq.write_table(table, new, version="2.6", compression="zstd", compression_level=3, row_group_size=_ROW_GROUP)
    return path


def _plain(field: pa.Field) -> pa.Field:
    """Return the field without the metadata that readers leave in it and in the fields inside it."""
    kind = field.type
    if pa.types.is_map(kind):
        kind = pa.map_(kind.key_type, _plain(kind.item_field))
    elif pa.types.is_list(kind):
        kind = pa.list_(_plain(kind.value_field).with_name("item"))
    elif pa.types.is_struct(kind):
        kind = pa.struct([_plain(inner) for inner in kind])
    return pa.field(field.name, kind, nullable=field.nullable)


def read_table(root: Path, name: str) -> pa.Table:
    """Read a table of the case.

    Raises:
        UnknownId: the case has no such table.
        StoreDamaged: the file is not readable as Parquet.
    """
    path = table_path(root, name)
    if path.is_symlink() or not path.is_file():
        known = did_you_mean(name, table_names(root))
        raise UnknownId(f'no table "{name}"', file=root, hint=known or "`tidewaiter run` makes the tables")
    try:
        with disk_errors(path, "reading the table"), pq.ParquetFile(path) as file:
            return file.read()
    except pa.ArrowException as error:
        hint = "delete the folder .tidewaiter/tables and repeat `tidewaiter run`"
        raise StoreDamaged(f"is not readable as a table ({str(error)[:120]})", file=path, hint=hint) from None


def table_names(root: Path) -> list[str]:
    """Return the names of the tables of the case, sorted."""
    folder = tables_dir(root)
    if not folder.is_dir():
        return []
    return sorted(p.stem for p in folder.glob("[a-z]*.parquet") if p.is_file())
