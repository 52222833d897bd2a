import { basename } from 'node:path'
import { looksLikeImage } from '#shared/imageFiles.ts'
import { readPacked } from '../../archives/index.ts'
import type { Member } from './find.ts'
import { asFolder, type Labels } from './labels.ts'
import { labelIn, labelKinds, type LabelKind } from './labelText.ts'

/** Files that are read at a time. */
const together = 64
/** Largest file of a label, in bytes. */
const mostBytes = 65_536

/** An image with the files of the same key. */
interface Sample {
  image: string
  member: Member
  labels: Partial<Record<LabelKind, string>>
}

/**
 * Reads the labels of a WebDataset: beside each image `key.jpg` a `key.cls`, `key.json` or `key.txt`. The first of these kinds
 * that half of the images have, and that names classes, is used; null where there is none.
 *
 * @param names names of classes by their numbers, where a list lies beside the archives
 */
export async function webLabels(
  members: readonly Member[],
  names: readonly string[] | null,
): Promise<Labels | null> {
  const samples = members.flatMap(samplesOf)
  for (const kind of labelKinds) {
    const labelled = samples.filter(({ labels }) => labels[kind] !== undefined)
    if (labelled.length === 0 || labelled.length < samples.length / 2) continue
    const texts = await readAll(labelled, kind)
    const found = texts.map((text) => labelIn(kind, text))
    const named = found.filter((label) => label !== null)
    if (named.length === 0 || areCaptions(kind, named)) continue
    const known =
      names !== null && named.every((label) => names[numberOf(label)] !== undefined) ? names : null
    const classOf = new Map<string, string>()
    for (const [at, label] of found.entries()) {
      const sample = labelled[at]
      if (label !== null && sample) classOf.set(sample.image, asFolder(known?.[numberOf(label)] ?? label))
    }
    return {
      classOf: (name) => classOf.get(name),
      reason: `WebDataset: classes from the .${kind} beside each image${known ? ', named by a list' : ''}.`,
    }
  }
  return null
}

const numberOf = (label: string): number => (/^\d{1,6}$/.test(label) ? Number(label) : -1)

/** Texts of which most are there once say what is in an image, not its class. */
const areCaptions = (kind: LabelKind, labels: readonly string[]): boolean =>
  kind === 'txt' && labels.length > 20 && new Set(labels).size > labels.length / 2

/** The images of an archive with the labels of their keys: the name up to the first dot behind its last slash. */
function samplesOf(member: Member): Sample[] {
  const byKey = new Map<string, Sample>()
  const labels = new Map<string, Sample['labels']>()
  for (const { name } of member.archive.entries()) {
    const file = basename(name)
    const dot = file.indexOf('.')
    if (dot < 0) continue
    const key = name.slice(0, name.length - file.length + dot)
    const ending = file.slice(dot + 1).toLowerCase()
    if (looksLikeImage(name)) byKey.set(key, { image: member.prefix + name, member, labels: {} })
    else if (isKind(ending)) labels.set(key, { ...labels.get(key), [ending]: name })
  }
  return [...byKey].map(([key, sample]) => ({ ...sample, labels: labels.get(key) ?? {} }))
}

const isKind = (ending: string): ending is LabelKind => labelKinds.some((kind) => kind === ending)

async function readAll(samples: readonly Sample[], kind: LabelKind): Promise<string[]> {
  const texts: string[] = []
  for (let at = 0; at < samples.length; at += together)
    texts.push(...(await Promise.all(samples.slice(at, at + together).map((sample) => textOf(sample, kind)))))
  return texts
}

async function textOf({ member: { archive }, labels }: Sample, kind: LabelKind): Promise<string> {
  const name = labels[kind] ?? ''
  const place = archive.find(name)?.place
  if (!place || place.kind === 'row' || place.bytes > mostBytes) return ''
  return (await readPacked({ path: `${archive.file}/${name}`, archive, place })).toString('utf8')
}
