"""The page on a round's folder is written from the schema, so a key that is added is described."""

from pathlib import Path

from django.conf import settings

from approvals.loading import csv_files, schema
from approvals.loading.describing import BEGIN, END, described, page_with_schema

PAGE = Path(settings.BASE_DIR) / "docs" / "round-folder.md"


def test_the_page_is_what_the_command_writes() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert BEGIN in page
    assert END in page
    assert page_with_schema(page) == page, "Run manage.py describe_folder"


def test_each_table_file_and_stage_is_described() -> None:
    text = described()
    for key in schema.TOML.keys:
        assert f"[{key.name}" in text
    for name in schema.STAGES:
        assert f"`[stages.{name}]`" in text
    for name, columns in csv_files.FILES.items():
        part = text.partition(f"### `{name}.csv`")[2].partition("###")[0]
        assert [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")] == [
            key.name for key in columns
        ]


def test_tables_with_the_same_keys_are_described_once() -> None:
    assert "### `[stages.received]`, `[stages.outcomes]`" in described()
    assert described().count("| `interests` |") == 2  # of whoever signs, and of each joint signer
