"""Contact sheets of every suite for docs/sample.md: `docs/sample/<suite>.webp`."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

COLUMNS, ROWS = 16, 8
THUMB = 64


def sheet(files: list[Path], columns: int) -> Image.Image:
    """Pictures row by row on one page."""
    rows = -(-len(files) // columns)
    page = Image.new("RGB", (columns * THUMB, rows * THUMB), "white")
    for index, file in enumerate(files):
        thumb = Image.open(file).convert("RGB").resize((THUMB, THUMB), Image.Resampling.LANCZOS)
        page.paste(thumb, (index % columns * THUMB, index // columns * THUMB))
    return page


def spread(files: list[Path], count: int) -> list[Path]:
    """`count` of the files, evenly over their sorted order."""
    return [files[i * len(files) // count] for i in range(min(count, len(files)))]


def write(suites: Path, out: Path) -> None:
    """One page per suite; suite 9 shows each variation of the same scenes as a row."""
    out.mkdir(parents=True, exist_ok=True)
    for suite in ("val", "A", "O", "R"):
        files = sorted(p for p in (suites / suite).rglob("*") if p.suffix in (".png", ".webp"))
        sheet(spread(files, COLUMNS * ROWS), COLUMNS).save(out / f"{suite}.webp", quality=85, method=6)
    variations = ["original", "mixed_same", "mixed_rand", "only_fg", "no_fg"]
    rows = [spread(sorted((suites / "9" / name).rglob("*.webp")), COLUMNS) for name in variations]
    sheet([file for row in rows for file in row], COLUMNS).save(out / "9.webp", quality=85, method=6)
