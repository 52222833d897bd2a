"""Sets every table of a workspace's studies with pdflatex and draws the pages, to be looked at. Not among the checks of a
commit. Needs Python 3.9, pdflatex with booktabs, longtable and siunitx 3, and pdftoppm; on Debian

    apt-get install --no-install-recommends texlive-latex-recommended texlive-science poppler-utils

Usage: python3 compile_tables.py WORKSPACE FOLDER. Tables, documents, logs and pages go to FOLDER/STUDY. Prints what LaTeX
warns of; ends with 1 where a table does not compile.
"""

import json
import pathlib
import re
import subprocess
import sys

kernelscope = pathlib.Path(__file__).resolve().parents[2] / "bin" / "kernelscope"
warning = re.compile(r"^(?:Overfull|LaTeX .*Warning|Package .* Warning|! ).*", re.M)


def tables(workspace, folder):
    listed = subprocess.run([kernelscope, "-w", workspace, "study", "list", "--json"], stdout=subprocess.PIPE, check=True)
    for study in json.loads(listed.stdout)["studies"]:
        out = folder / str(study["id"])
        command = [kernelscope, "-w", workspace, "-q", "table", str(study["id"]), "--format", "tex", "--out", out]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        yield from sorted(path for path in out.glob("table-*.tex") if not path.stem.endswith("-page"))


def compiled(table):
    """
    Whether it compiles with the packages that its first line names: in two columns of 3.25 inches, and in one where it
    breaks across pages.
    """
    page = f"{table.stem}-page"
    text = table.read_text()
    packages = text.splitlines()[0].removeprefix("% ")
    columns = "" if "{longtable}" in text else ",twocolumn"
    (table.parent / f"{page}.tex").write_text(
        f"\\documentclass[10pt{columns}]{{article}}\n\\usepackage[T1]{{fontenc}}\n"
        "\\usepackage[textwidth=6.75in,columnsep=0.25in,vmargin=1in]{geometry}\n"
        f"{packages}\n\\begin{{document}}\n\\input{{{table.name}}}\n\\end{{document}}\n"
    )
    # Twice, for the columns of a longtable.
    for _ in range(2):
        run = subprocess.run(
            ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", page], cwd=table.parent, capture_output=True
        )
    log = (table.parent / f"{page}.log").read_text(errors="replace")
    for line in warning.findall(log):
        print(f"{table}: {line}")
    if run.returncode == 0:
        subprocess.run(["pdftoppm", "-png", "-r", "80", f"{page}.pdf", page], cwd=table.parent, check=True)
    return run.returncode == 0


workspace, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
failed = [table for table in tables(workspace, folder) if not compiled(table)]
for table in failed:
    print(f"{table}: does not compile", file=sys.stderr)
sys.exit(1 if failed else 0)
