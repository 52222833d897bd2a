"""Cuts the fonts of exported figures to the characters a figure can need, as WOFF.

Takes the folder in which the npm packages @expo-google-fonts/inter 0.4.2 and @expo-google-fonts/stix-two-text 0.4.2
were unpacked (both fonts: SIL Open Font License 1.1). Run with Debian's python3-fonttools:

    /usr/bin/python3 tools/fonts/subset.py FOLDER
"""

import shutil
import sys
from pathlib import Path

from fontTools import subset

# Latin with its extensions, Greek, punctuation, superscripts, currency, letter-like, arrows, mathematics, shapes.
RANGES = [(0x20, 0x17F), (0x2B0, 0x2FF), (0x370, 0x3FF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20BF),
          (0x2100, 0x214F), (0x2150, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x25A0, 0x25FF)]
FACES = {
    "inter-regular": ("inter", "400Regular/Inter_400Regular.ttf"),
    "inter-semibold": ("inter", "600SemiBold/Inter_600SemiBold.ttf"),
    "stix-two-text-regular": ("stix-two-text", "400Regular/STIXTwoText_400Regular.ttf"),
    "stix-two-text-semibold": ("stix-two-text", "600SemiBold/STIXTwoText_600SemiBold.ttf"),
}

source = Path(sys.argv[1])
target = Path(__file__).resolve().parents[2] / "resources/fonts"
target.mkdir(parents=True, exist_ok=True)
for name, (package, file) in FACES.items():
    folder = next(path for path in source.glob(f"*{package}*/package") if path.is_dir())
    options = subset.Options(flavor="woff", layout_features=["kern", "mark", "mkmk", "ccmp"], notdef_outline=True)
    font = subset.load_font(folder / file, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    font.flavor = "woff"
    subset.save_font(font, target / f"{name}.woff", options)
    shutil.copyfile(folder / "LICENSE_FONT", target / f"{package}.OFL.txt")
