import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readUserFile } from '../base/userFile.ts'
import { version } from '../base/version.ts'
import { compareJson, compareText, differences, type Differences, type Leeway } from './differences.ts'
import {
  basisName,
  drawsName,
  failuresName,
  factsName,
  imagesName,
  measurementsName,
  readmeName,
  studyName,
} from './manifest.ts'
import { fileDigest } from './find.ts'
import { mostJson } from './open.ts'
import type { PartChecks } from './partChecks.ts'
import { pdfText } from './pdfText.ts'
import type { Archive } from './reader.ts'

/** A file of a bundle and the folder with the derived one of the same name. */
interface FilePair {
  archive: Archive
  folder: string
  name: string
  /** The version that made the bundle. */
  kernelscope: string
  /** How far numbers of the result may lie apart. */
  leeway: Leeway
}

/** What it means that a file is the derived one, where it is more than that it follows from the facts. */
const meanings: Record<string, string> = {
  [factsName]: 'each fits itself, its image and the plan of the study',
  [measurementsName]: 'each is of an image and a variant of the study',
  [failuresName]: 'each is of an image without a fact',
  [imagesName]: 'the images that the facts are of',
  [basisName]: 'what conditions and tables rest on besides facts',
  [drawsName]: 'drawn again',
  [readmeName]: 'follows from the manifest',
}

/**
 * Compares a file of a bundle with the derived one. A file for people that another version wrote may have other words,
 * and is then only read.
 */
export async function compareFile(
  { archive, folder, name, kernelscope, leeway }: FilePair,
  checks: PartChecks,
): Promise<void> {
  const path = join(folder, name)
  const meaning = meanings[name] ?? 'follows from the facts'
  const bytes = archive.entries.get(name) ?? 0
  if (bytes > mostJson) {
    const same = bytes === (await stat(path)).size && (await sameContent(archive, name, path))
    if (same) checks.set(name, 'derived', meaning)
    else checks.fault(name, 'another content', 'what follows from the facts')
    return
  }
  // What is wrong with a fact by itself says more than that its line differs.
  if (checks.differencesOf(name).total > 0) return checks.set(name, 'derived', meaning)
  const [stored, found] = [await archive.read(name, mostJson), await readUserFile(path)]
  const differing = differences()
  if (!stored.equals(found)) compare({ name, leeway }, stored, found, differing)
  if (differing.total === 0) checks.set(name, 'derived', meaning)
  else if (kernelscope !== version && !holdsNumbers(name, differing.listed))
    checks.set(name, 'read', `Kernelscope ${kernelscope} wrote it; ${version} writes other words`)
  else checks.adopt(name, differing)
}

function compare(
  { name, leeway }: Pick<FilePair, 'name' | 'leeway'>,
  stored: Buffer,
  found: Buffer,
  to: Differences,
): void {
  if (name.endsWith('.json')) {
    // Tables that come from model files are compared by themselves, with the scale of each column.
    const cut = name === studyName && leeway.tolerance > 0 ? withoutTables : (value: unknown) => value
    compareJson(cut(parsed(stored)), cut(parsed(found)), '', to, leeway)
    if (to.total === 0 && leeway.tolerance === 0)
      to.add('', 'another text', 'the text that Kernelscope writes')
  } else if (name.endsWith('.pdf')) {
    if (pdfText(stored) !== pdfText(found)) to.add('', 'another drawing', 'the drawing of its figure')
  } else compareText(stored.toString(), found.toString(), to)
}

const withoutTables = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? { ...value, tables: null } : value

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString())
  } catch {
    return text.toString()
  }
}

/** Whether a file tells of more than words. Other versions may word and draw the same in another way. */
const holdsNumbers = (name: string, differing: readonly { stored: unknown; found: unknown }[]) =>
  name.endsWith('.csv') ||
  (name === studyName &&
    differing.some(({ stored, found }) => typeof stored !== 'string' || typeof found !== 'string'))

async function sameContent(archive: Archive, name: string, path: string): Promise<boolean> {
  return (await archive.each(name, () => undefined)) === (await fileDigest(path))
}
