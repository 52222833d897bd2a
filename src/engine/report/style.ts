/** CSS of a report: light or dark as the system is set, and for print. It refers to nothing outside the page. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #18181b; --muted: #52525b; --line: #e4e4e7; --ground: #ffffff; --well: #fafafa;
  --accent: #0f766e; --fig-ink: #18181b; --fig-muted: #52525b; --fig-grid: #e4e4e7; --fig-ground: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e4e7; --muted: #a1a1aa; --line: #2f2f36; --ground: #131316;
  --well: #19191d; --accent: #5eead4; --fig-ink: #e4e4e7; --fig-muted: #a1a1aa; --fig-grid: #3f3f46; --fig-ground: #131316; } }
* { box-sizing: border-box }
html { font: 15px/1.55 Inter, ui-sans-serif, system-ui, sans-serif; color: var(--ink); background: var(--ground) }
body { max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem 5rem }
h1 { font-size: 1.8rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 .4rem }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 3.5rem 0 .3rem; padding-top: 1.5rem; border-top: 1px solid var(--line) }
h3 { font-size: 1rem; margin: 2rem 0 .5rem }
p { margin: .4rem 0 }
a { color: var(--accent) }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.lead, figcaption, .notes { color: var(--muted) }
nav ol { padding-left: 1.2rem }
figure { margin: 1.5rem 0; break-inside: avoid }
figure svg { display: block; width: 100%; height: auto; max-width: 46rem }
figcaption { font-size: .85rem; margin-top: .5rem; max-width: 46rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; margin: .3rem 0 .5rem }
caption { text-align: left; font-weight: 600; padding: .3rem 0 }
th, td { padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top }
th.n, td.n { text-align: right }
thead th { border-top: 1.5px solid var(--ink); border-bottom: 1px solid var(--ink); font-weight: 600 }
tbody tr:last-child td, tbody tr:last-child th { border-bottom: 1.5px solid var(--ink) }
tbody th { font-weight: 400; white-space: nowrap }
td.best { font-weight: 600 }
td.second { text-decoration: underline }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; font-size: .85rem; margin: .8rem 0 }
dt { color: var(--muted) }
dd { margin: 0; overflow-wrap: anywhere }
ul { padding-left: 1.2rem; margin: .4rem 0 }
li { margin: .15rem 0 }
.notes { font-size: .85rem }
details summary { cursor: pointer; color: var(--muted); font-size: .85rem; width: fit-content }
.warn { border: 1px solid #b45309; border-radius: .4rem; padding: .5rem .8rem; font-size: .9rem }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .85rem }
@media print { :root { color-scheme: light; --ink: #000; --muted: #333; --line: #ccc; --ground: #fff; --fig-ink: #000;
  --fig-muted: #333; --fig-grid: #ddd; --fig-ground: #fff; } body { max-width: none; padding: 0 } h2 { break-before: page }
  h2:first-of-type { break-before: auto } details:not([open]) > *:not(summary) { display: revert } a { color: inherit; text-decoration: none } }
`
