import type { ErrorShape } from '#shared/errors.ts'
import { inCalls } from './calls.ts'
import { loadImage } from './load.ts'
import { missingRows, type PassRow } from './missing.ts'
import { passesOf, sharedCalls } from './batchPasses.ts'
import { prefetch } from './prefetch.ts'
import { readingsOf, type SessionReading } from './readings.ts'
import { inLanes } from './inLanes.ts'
import {
  type FactStore,
  factStore,
  type GroupedFacts,
  groupedFacts,
  setVariantBatch,
} from '../../facts/index.ts'
import type { Lane } from '../../models/index.ts'
import type { FailedRow, SessionPlan } from '../definition/index.ts'
import type { SessionRun } from './sessionRun.ts'

interface FilledBatch {
  pixels: SharedArrayBuffer
  rows: PassRow[]
  /** Why the image of a row could not be loaded or transformed; null where it could. */
  problems: (ErrorShape | null)[]
  /** Gives the pixels back for another batch. */
  release(): void
}

/** Batches that are loaded while others are computed. */
const ahead = 2

/**
 * Measures every image under every condition without a fact. Rows go image by image, so that an image is
 * decoded once for all its conditions. Image workers fill batches while the sessions compute, each a batch of its own; a
 * session has the next call while the facts of one are stored. When `signal` aborts, it stops after the calls that were
 * begun, and everything computed is stored. Facts are stored in groups, and count when they are. Returns the number of rows computed.
 */
export async function measure(run: SessionRun): Promise<number> {
  const { db, classifier, plan, signal, onProgress } = run
  const facts = factStore(db)
  // What killed the engine is found by storing every call.
  const grouped = groupedFacts(db, run.crashes > 0)
  const readings = readingsOf(classifier.model, plan.conditions)
  let passes = 0
  // What a session keeps of a batch for the next calls must not be replaced by another batch.
  const perLane = plan.shared ? 1 : 2
  const lanes = Array.from({ length: perLane }, () => classifier.lanes).flat()
  const work = async (batch: FilledBatch, lane: Lane, crashes: number) => {
    run.enterNative()
    const failed = await compute(run, { facts, grouped }, batch, readings, lane, crashes)
    passes += batch.rows.length
    batch.release()
    onProgress({ failed })
  }
  const source = prefetch(batches(run, facts), ahead)
  try {
    // The engine died at the first rows. They are computed alone, so that nothing else is blamed.
    if (run.crashes > 0) {
      const { value: first } = await source.next()
      if (first) await work(first, classifier.lanes[0], run.crashes)
    }
    if (!signal.aborted) await inLanes(source, lanes, (batch, lane) => work(batch, lane, 0), signal)
  } finally {
    try {
      await source.return()
    } finally {
      grouped.flush()
    }
  }
  return passes
}

async function* batches(run: SessionRun, facts: FactStore): AsyncGenerator<FilledBatch, void, undefined> {
  const { classifier, plan, signal } = run
  // Half a batch more, so that a call of half the size may start at any row.
  const values = Math.ceil(classifier.batch * 1.5) * classifier.height * classifier.width * 3
  const bytes = values * (plan.graph.floats ? 4 : 1)
  const free: SharedArrayBuffer[] = []
  const capacity = classifier.batch
  let rows: PassRow[] = []
  const fill = async (): Promise<FilledBatch> => {
    const pixels = free.pop() ?? new SharedArrayBuffer(bytes)
    const own = rows
    rows = []
    return {
      pixels,
      rows: own,
      problems: await load(run, own, pixels),
      release: () => void free.push(pixels),
    }
  }
  for await (const row of missingRows(run, facts)) {
    if (rows.length === capacity || (rows[0] && !shareCalls(rows[0], row, plan))) {
      if (signal.aborted) return
      yield await fill()
    }
    rows.push(row)
  }
  if (rows.length > 0 && !signal.aborted) yield await fill()
}

/** Whether two rows may be computed in one call: their feeds are the same, or each call has one of the feeds of both. */
const shareCalls = (a: PassRow, b: PassRow, { shared }: SessionPlan): boolean =>
  shared === true || a.passes[0].feeds === b.passes[0].feeds

/** Fills slot i of `pixels` with row i. Neighbouring rows of one image are one request. */
async function load(
  { pool, draws, plan }: SessionRun,
  rows: PassRow[],
  pixels: SharedArrayBuffer,
): Promise<(ErrorShape | null)[]> {
  const problems: (ErrorShape | null)[] = rows.map(() => null)
  const groups = Map.groupBy(rows.entries(), ([, row]) => row.view)
  const loadRows = async ({ image, preprocessing }: PassRow['view'], entries: [number, PassRow][]) => {
    const request = {
      preprocessing,
      transforms: entries.map(([slot, row]) => ({ slot, transform: row.transform })),
      pixels: plan.graph.floats ? 'float32' : 'uint8',
      ...(draws ? { draws: draws.of(image) } : {}),
    } as const
    const problem = await loadImage(pool, image, request, pixels)
    // One transform lacks its mask, which says nothing of the others.
    if (problem?.code === 'DRAWS_MALFORMED' && entries.length > 1)
      for (const entry of entries) await loadRows({ image, preprocessing }, [entry])
    else for (const [slot] of entries) problems[slot] = problem
  }
  await Promise.all([...groups].map(([view, entries]) => loadRows(view, entries)))
  return problems
}

/**
 * Runs the session over a batch and stores the predictions, pass by pass. Returns the wanted facts that failed. When
 * `signal` aborts, it stops after a pass.
 */
async function compute(
  { db, classifier, plan, pace, signal, onProgress }: SessionRun,
  { facts, grouped }: { facts: FactStore; grouped: GroupedFacts },
  { pixels, rows, problems: unmade }: FilledBatch,
  readings: SessionReading[],
  lane: Lane,
  crashes: number,
): Promise<FailedRow[]> {
  const targets = readings.map(({ targetOf }) =>
    Int32Array.from(rows, ({ view }) => targetOf(view.image.className)),
  )
  const problems = [...unmade]
  const passes = passesOf(rows)
  const call = async (part: number[], batch: number): Promise<void> => {
    const first = part[0] ?? 0
    const end = first + part.length
    const open = passes.filter(({ wants }) => part.some((place) => wants.has(place)))
    const shared = plan.shared ? sharedCalls(open.map(({ feeds }) => feeds)) : []
    for (const [at, { feeds, wants }] of open.entries()) {
      if (at > 0 && signal.aborted) return
      const found = await lane.run(
        { pixels, first, batch },
        part.length,
        readings.map(({ value }, reading) => ({
          readout: value,
          targets: targets[reading]?.subarray(first, end) ?? new Int32Array(part.length).fill(-1),
        })),
        feeds,
        shared[at],
      )
      pace.add(found.milliseconds)
      const done = part.filter((place) => !problems[place]).flatMap((place) => wants.get(place) ?? [])
      for (const [reading, { readout }] of readings.entries()) {
        const keys = part.map((place) =>
          problems[place] ? null : (wants.get(place)?.find((want) => want.readout === readout)?.key ?? null),
        )
        const read = found.facts[reading]
        if (read) pace.timed(() => grouped.add(keys, read))
      }
      for (const place of part) if (!problems[place]) wants.delete(place)
      pace.timed(() => grouped.settle(() => onProgress({ computed: done.length })))
    }
  }
  const size = { most: classifier.batch, fixed: classifier.fixedBatch, padded: true }
  const calls = {
    call,
    giveUp: (place: number, problem: ErrorShape) => void (problems[place] ??= problem),
    // A classifier whose worker died opens again.
    ended: () => false,
    shrunk: (most: number) => {
      classifier.batch = most
      setVariantBatch(db, classifier.variant.id, most, classifier.variant.secondsPerImage ?? 0)
    },
  }
  await inCalls(size, [...rows.keys()], calls, crashes)
  const failed: FailedRow[] = []
  for (const { wants } of passes)
    for (const [place, own] of wants) {
      const problem = problems[place]
      if (!problem) continue
      for (const { key } of own) {
        facts.fail(key, problem)
        failed.push({ exampleId: key.exampleId, problem })
      }
    }
  return failed
}
