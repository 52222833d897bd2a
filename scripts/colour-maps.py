"""Writes src/shared/colour/tables.ts from matplotlib's tables: /usr/bin/python3 scripts/colour-maps.py"""
import matplotlib
from matplotlib import colormaps

names = ["viridis", "cividis", "RdBu_r"]
lines = [
    "/**",
    f" * 256 colours each, six hexadecimal digits a colour, from matplotlib {matplotlib.__version__.split('+')[0]} (scripts/colour-maps.py).",
    " * viridis: CC0; cividis: Nunez, Anderton, Renslow 2018, CC0; RdBu: ColorBrewer, Apache-2.0.",
    " */",
    "export const tables = {",
]
for name in names:
    table = "".join("%02x%02x%02x" % tuple(round(255 * v) for v in colormaps[name](i / 255)[:3]) for i in range(256))
    lines.append(f"  {name.removesuffix('_r').lower()}:")
    lines.append(f"    '{table}',")
lines.append("} as const")
open("src/shared/colour/tables.ts", "w").write("\n".join(lines) + "\n")
