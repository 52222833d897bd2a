import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { KernelscopeError } from '#shared/errors.ts'
import { createSession, feedTensors, type OpenGraph } from './ort.ts'
import type { SegmentFiles } from '../onnx/index.ts'
import type { OpenRequest } from './protocol.ts'
import { sharedPrefix } from './sharedCalls.ts'

/** Most bytes of kept tensors. What does not fit is computed again. */
const mostKept = 512 * 1024 * 1024

interface OpenSegment extends Pick<SegmentFiles, 'same' | 'alive'> {
  kept: InferenceSession
  removed: InferenceSession | null
}

/** What is alive after some segments, by the names of the tensors. */
interface Border {
  segments: number
  tensors: ReadonlyMap<string, Tensor>
}

/** The borders of the last call that are kept, in order of depth, and what they are of. */
interface Kept {
  images: number
  gates: Float32Array
  borders: Border[]
}

/**
 * Opens a classifier in segments. A call has one feed: a gate for each block, 1 where it is kept and 0 where it is removed.
 * Calls with the same pixels go on from the last kept border before the first gate that is another.
 */
export async function openSegments(request: OpenRequest, files: readonly SegmentFiles[]): Promise<OpenGraph> {
  const opened: OpenSegment[] = []
  const open = (path: string) => createSession(path, request, { sleeping: true })
  for (const { kept, removed, same, alive } of files)
    opened.push({
      kept: await open(kept),
      removed: removed === null ? null : await open(removed),
      same,
      alive,
    })
  let kept: Kept | null = null
  return {
    async output(pixels, [feed], shared) {
      const gates = feed?.data
      if (!feed || gates?.length !== opened.length)
        throw new KernelscopeError('INTERNAL', `${gates?.length ?? 0} gates for ${opened.length} blocks`)
      const before = kept
      kept = null
      const known =
        shared && before?.images === shared.images
          ? before.borders.filter(({ segments }) => segments <= sharedPrefix(before.gates, gates))
          : []
      let border = known.at(-1) ?? { segments: 0, tensors: new Map([[request.input, pixels]]) }
      const borders = known.filter(({ segments }) => shared?.keep.includes(segments))
      for (const [place, segment] of opened.entries()) {
        if (place < border.segments) continue
        border = {
          segments: place + 1,
          tensors: await after(segment, border.tensors, gates[place], feedTensors([feed])),
        }
        if (shared?.keep.includes(place + 1) && bytesOf([...borders, border]) <= mostKept)
          borders.push(border)
      }
      if (shared) kept = { images: shared.images, gates, borders }
      return border.tensors.get(request.output)
    },
    async release() {
      kept = null
      for (const one of opened) {
        await one.kept.release()
        await one.removed?.release()
      }
    },
  }
}

/** What is alive after a segment. */
async function after(
  { kept, removed, same, alive }: OpenSegment,
  before: ReadonlyMap<string, Tensor>,
  gate: number | undefined,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<ReadonlyMap<string, Tensor>> {
  const session = gate === 0 ? removed : kept
  const made = session ? await session.run(inputsOf(session, before, feeds)) : {}
  return new Map(
    alive.map((name) => {
      const tensor = made[name] ?? before.get(session ? name : (same.get(name) ?? name))
      if (!tensor) throw new KernelscopeError('INTERNAL', `the segments do not compute ${name}`)
      return [name, tensor]
    }),
  )
}

function inputsOf(
  { inputNames }: InferenceSession,
  before: ReadonlyMap<string, Tensor>,
  feeds: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  return Object.fromEntries(
    inputNames.map((name) => {
      const tensor = before.get(name) ?? feeds[name]
      if (!tensor) throw new KernelscopeError('INTERNAL', `the segments do not compute ${name}`)
      return [name, tensor]
    }),
  )
}

/** Bytes of all tensors of some borders, each counted once. */
const bytesOf = (borders: readonly Border[]): number =>
  [...new Set(borders.flatMap(({ tensors }) => [...tensors.values()]))].reduce(
    (sum, { data }) => sum + (ArrayBuffer.isView(data) ? data.byteLength : 0),
    0,
  )
