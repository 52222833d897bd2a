import { useProblems } from '../../../ui/useProblems.ts'
import type { ImageSelection } from '#shared/contract/index.ts'
import { engine } from '../../../lib/engine/index.ts'
import { plural } from '../../../lib/format.ts'
import { useHistoryStore } from '../../../lib/stores/history.ts'
import { useAnnotationsStore } from '../annotationsStore.ts'

/** Tags images, reports how many, and can undo it. */
export function useTagging(datasetId: () => number) {
  const history = useHistoryStore()
  const annotations = useAnnotationsStore()
  const { attempt, inform } = useProblems()

  async function tag(
    selection: ImageSelection,
    change: { add?: string[]; remove?: string[] },
  ): Promise<void> {
    const done = await attempt(() =>
      engine.annotations.tag({
        datasetId: datasetId(),
        selection,
        add: change.add ?? [],
        remove: change.remove ?? [],
      }),
    )
    if (!done) return
    annotations.changed()
    const names = [...(change.add ?? []), ...(change.remove ?? [])].join(', ')
    if (done.files === 0) return inform('Nothing to change', `Tag ${names}`)
    let last = done.change
    const turn = async () => {
      last = (await engine.annotations.revert({ change: last })).change
      annotations.changed()
    }
    history.note(`dataset/${datasetId()}`, { title: `Tag ${names}`, undo: turn, redo: turn })
    const word = change.add?.length ? 'tagged' : 'no longer tagged'
    if (done.files > 1) inform(`${plural(done.files, 'image')} ${word} ${names}`, 'Ctrl+Z takes it back.')
  }

  async function note(imageId: number, before: string, text: string): Promise<void> {
    const write = async (value: string) => {
      await engine.annotations.note({ imageId, text: value })
      annotations.changed()
    }
    const change = {
      title: 'Note',
      undo: () => write(before),
      redo: () => write(text),
      merge: `note ${imageId}`,
    }
    await attempt(() => history.make(`dataset/${datasetId()}`, change))
  }

  return { tag, note }
}
