import type { DataTable, Definition, ReportedValue } from '#shared/contract/index.ts'
import { figureCaption } from '#shared/figures/caption.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { paperSection } from '#shared/paperSection.ts'
import { studyState, studyStateText, type StudyFacts, type StudyState } from '#shared/studyState.ts'
import { escapeMarkup } from '#shared/figures/tooltip.ts'
import { htmlPage } from './document.ts'
import { tableHtml } from './table.ts'

/** A study as a report shows it. */
export interface ReportStudy extends StudyFacts {
  title: string
  kindTitle: string
  section: string
  /** Settings: name and value. */
  settings: readonly (readonly [string, string])[]
  figures: readonly { spec: FigureSpec; svg: string }[]
  tables: readonly DataTable[]
  reported: readonly ReportedValue[]
  definitions: readonly Definition[]
  provenance: readonly string[]
}

/** The content of a report. */
export interface ReportPage {
  title: string
  version: string
  studies: readonly ReportStudy[]
  /** `@font-face` rules with the fonts inside. */
  fonts: string
}

/** Writes a report as one HTML file. Pure: the same studies give the same bytes. */
export function reportHtml({ title, version, studies, fonts }: ReportPage): string {
  const name = escapeMarkup(title)
  return htmlPage({ title, version, fonts }, [
    `<header><h1>${name}</h1>`,
    `<p class="lead">${studies.length} ${studies.length === 1 ? 'study' : 'studies'}, written by Kernelscope ${escapeMarkup(version)}.</p></header>`,
    ...(studies.length > 1 ? [contents(studies)] : []),
    '<main>',
    ...studies.map(section),
    '</main>',
    `<footer>Figures and tables come from stored predictions; nothing in this page is fetched, and nothing in it runs.</footer>`,
  ])
}

const contents = (studies: readonly ReportStudy[]) =>
  `<nav aria-label="Contents"><ol>${studies
    .map(({ title }, at) => `<li><a href="#study-${at + 1}">${escapeMarkup(title)}</a></li>`)
    .join('')}</ol></nav>`

function section(study: ReportStudy, at: number): string {
  const { title, kindTitle, section: where, settings, figures, tables, reported } = study
  const state = studyState(study)
  return [
    `<section aria-labelledby="study-${at + 1}">`,
    `<h2 id="study-${at + 1}">${escapeMarkup(title)}</h2>`,
    `<p class="lead">${escapeMarkup(kindTitle)}, ${escapeMarkup(paperSection(where))}.</p>`,
    ...warningOf(state, study),
    `<dl>${settings.map(([name, value]) => `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd>`).join('')}</dl>`,
    ...(state === 'empty' ? [] : figures).map(
      ({ spec, svg }) =>
        `<figure>${svg}<figcaption>${escapeMarkup(figureCaption(spec))}</figcaption></figure>`,
    ),
    ...(state === 'empty' ? [] : tables).map(tableHtml),
    ...(reported.length > 0 ? [reportedHtml(reported)] : []),
    ...listed('Definitions', study.definitions.map(definitionText)),
    ...listed('What was used', study.provenance),
    '</section>',
  ].join('\n')
}

function warningOf(state: StudyState, study: ReportStudy): string[] {
  if (state === 'complete') return []
  const text =
    state === 'empty'
      ? 'Nothing of this study was measured.'
      : `This study is ${studyStateText(study)}. Its numbers rest on what was measured.`
  return [`<p class="warn" role="note">${text}</p>`]
}

const reportedHtml = (values: readonly ReportedValue[]) =>
  `<details><summary>What the paper reports (${values.length})</summary><ul class="notes">${values
    .map(
      ({ model, text, source }) =>
        `<li>${escapeMarkup([model, text, source].filter(Boolean).join(': '))}</li>`,
    )
    .join('')}</ul></details>`

function listed(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const items = lines.map((line) => `<li>${escapeMarkup(line)}</li>`).join('')
  return [`<h3>${escapeMarkup(title)}</h3>`, `<ul class="notes">${items}</ul>`]
}

const definitionText = ({ name, formula, source }: Definition) =>
  [name, ...(formula ? [`: ${formula}`] : []), ...(source ? [` (${source})`] : [])].join('')
