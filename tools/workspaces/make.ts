// Makes the workspaces of tests/corpus/workspaces with the code of each released schema: one folder per schema.
// node tools/workspaces/make.ts [SCHEMA…]
import Database from 'better-sqlite3'
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { addFunctions } from '#engine/workspace/functions.ts'

const root = path.resolve(import.meta.dirname, '../..')
const sample = path.join(root, 'resources/sample')
const corpus = path.join(root, 'tests/corpus/workspaces')

/** The studies that are run. The id of a study is its position here, from 1. */
const predicting = [
  ['clean-accuracy', '--model', 'RepLK-3', '--model', 'ViT-8'],
  ['random-patch-drop', '--model', 'RepLK-3', '--percents', '0,50', '--repeats', '1', '--patch', '32'],
]
const drawing = '2'
const measuring = ['attention-distance', '--model', 'ViT-8']
const weighing = ['kernel-attention', '--model', 'RepLK-3', '--smallest', '3']

/** The last commit of each schema. The first one's code does not find this ViT's attention; it has no tags, subsets, bundles. */
const releases = [
  { schema: 1, commit: '9cebe12', studies: predicting, later: false },
  { schema: 2, commit: '44c5cd5', studies: [...predicting, measuring], later: true },
  { schema: 3, commit: '95abb04', studies: [...predicting, measuring], later: true },
  { schema: 4, commit: 'c9c09fa', studies: [...predicting, measuring], later: true },
  { schema: 5, commit: 'fb3c9a5', studies: [...predicting, measuring], later: true },
  { schema: 6, commit: '6dd6ddf', studies: [...predicting, measuring, weighing], later: true },
  { schema: 7, commit: 'd6984b8', studies: [...predicting, measuring, weighing], later: true },
  { schema: 8, commit: '8b76550', studies: [...predicting, measuring, weighing], later: true },
  { schema: 9, commit: '8416742', studies: [...predicting, measuring, weighing], later: true },
  { schema: 10, commit: 'a1d4489', studies: [...predicting, measuring, weighing], later: true },
  { schema: 11, commit: '07d160a', studies: [...predicting, measuring, weighing], later: true },
]

interface StudyOutput {
  study: { kind: string; title: string }
  conditions: { model: string; key: string; n: number; correct: number }[]
  tables: { id: string; rows: unknown[] }[]
}

function checkout(commit: string, folder: string): void {
  mkdirSync(folder)
  const archive = execFileSync('git', ['archive', commit, 'src', 'bin', 'resources', 'package.json'], {
    cwd: root,
    maxBuffer: 2 ** 28,
  })
  execFileSync('tar', ['-x', '-C', folder], { input: archive })
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
}

/** Copies the first image of each class of the sample. */
function copyImages(folder: string): void {
  const val = path.join(sample, 'suites/val')
  for (const name of readdirSync(val)) {
    const [first = ''] = readdirSync(path.join(val, name)).sort()
    cpSync(path.join(val, name, first), path.join(folder, name, first), { recursive: true })
  }
}

/** Replaces the paths of this machine, because the file is committed. */
function rename(file: string): void {
  const db = new Database(file)
  // The sums of digests are kept by triggers that use them.
  addFunctions(db)
  db.prepare("UPDATE model SET path = replace(path, ?, '/goldens')").run(sample)
  db.exec("UPDATE dataset SET path = '/goldens/images'")
  db.pragma('journal_mode = DELETE')
  db.exec('VACUUM')
  db.close()
}

/** Letters of a word below which it occurs by chance in compressed bytes. */
const telling = 4

function checkNames(folder: string): void {
  const words = [tmpdir(), root, hostname()].filter(({ length }) => length >= telling)
  for (const name of readdirSync(folder)) {
    const text = readFileSync(path.join(folder, name), 'latin1')
    for (const word of words) if (text.includes(word)) throw new Error(`${name} holds ${word}`)
  }
}

function make({ schema, commit, studies, later }: (typeof releases)[number], work: string): void {
  const code = path.join(work, String(schema))
  const workspace = path.join(work, `workspace-${schema}`)
  const target = path.join(corpus, `schema-${schema}`)
  checkout(commit, code)
  const cli = (...args: string[]) =>
    execFileSync(
      path.join(code, 'bin/kernelscope'),
      ['--workspace', workspace, '--quiet', '--json', ...args],
      {
        encoding: 'utf8',
      },
    )
  cli('workspace', 'create', workspace)
  cli('model', 'add', path.join(sample, 'models/replk3.onnx'), path.join(sample, 'models/vit.onnx'))
  cli('dataset', 'add', path.join(work, 'images'))
  for (const study of studies)
    cli('study', 'run', ...study, '--dataset', 'images', '--threads', '1', '--batch', '16')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  if (later) {
    cli('dataset', 'tag', 'images', '--filter', 'class=cat,dog', '--add', 'pets')
    cli('dataset', 'subset', 'save', 'images', '--filter', 'class=cat,dog', '--name', 'Pets')
    cli('bundle', 'make', drawing, '--out', path.join(target, 'bundle.zip'))
  }
  writeFileSync(path.join(target, 'draws.json'), cli('study', 'draws', drawing))
  const shown = studies.map((_, at): StudyOutput => JSON.parse(cli('study', 'show', String(at + 1))))
  const expected = {
    commit,
    studies: shown.map(({ study, conditions, tables }, at) => ({
      id: at + 1,
      kind: study.kind,
      title: study.title,
      conditions: conditions.map(({ model, key, n, correct }) => ({ model, key, n, correct })),
      tables: tables.map(({ id, rows }) => ({ id, rows: rows.length })),
    })),
  }
  writeFileSync(path.join(target, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`)
  cpSync(path.join(workspace, 'workspace.sqlite'), path.join(target, 'workspace.sqlite'))
  rename(path.join(target, 'workspace.sqlite'))
  checkNames(target)
}

const work = mkdtempSync(path.join(tmpdir(), 'kernelscope-goldens-'))
try {
  copyImages(path.join(work, 'images'))
  const wanted = process.argv.slice(2)
  for (const release of releases)
    if (wanted.length === 0 || wanted.includes(String(release.schema))) make(release, work)
} finally {
  rmSync(work, { recursive: true, force: true })
}
