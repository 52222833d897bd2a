"""Writes zip64.zip beside this file: small files with every size, offset and count in zip64 fields, as an archive of more
than 4 GiB has them. Made with Python 3.11.7: python3 zip64.py"""

import io
import pathlib
import zipfile

# From here on everything counts as too large for the fields of 32 bits.
zipfile.ZIP64_LIMIT = 1
zipfile.ZIP_FILECOUNT_LIMIT = 1


class Stream(io.RawIOBase):
    """Cannot seek, so that sizes stand behind the data, in descriptors of 64 bits."""

    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)

    def flush(self):
        self.file.flush()


def fill(archive):
    for name, text in [("bundle.json", "{}\n"), ("facts.csv", "a,b\r\n" * 1000), ("tables/one.md", "| a |\n")]:
        info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o100644 << 16
        with archive.open(info, "w", force_zip64=True) as entry:
            entry.write(text.encode())


here = pathlib.Path(__file__).parent
with zipfile.ZipFile(here / "zip64.zip", "w") as archive:
    fill(archive)
with open(here / "zip64-streamed.zip", "wb") as file, zipfile.ZipFile(Stream(file), "w") as archive:
    fill(archive)
