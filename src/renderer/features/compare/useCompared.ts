import { computed } from 'vue'
import { useQueryText } from '../../lib/useQuery.ts'
import { useModelsStore } from '../../lib/stores/collections.ts'

/**
 * The compared models, from the address: `a` and `b`, and more in `with` ("3.4"). By default the first two of the
 * workspace.
 */
export function useCompared() {
  const models = useModelsStore()
  const a = useQueryText('a')
  const b = useQueryText('b')
  const more = useQueryText('with')

  const known = (text: string) => models.byId.get(Number(text)) ?? null
  const first = computed(
    () => known(a.value) ?? models.rows.find((row) => String(row.id) !== b.value) ?? null,
  )
  const second = computed(
    () => known(b.value) ?? models.rows.find((row) => row.id !== first.value?.id) ?? null,
  )
  const others = computed({
    get: () =>
      more.value
        .split('.')
        .map(Number)
        .filter((id) => models.byId.has(id) && id !== first.value?.id && id !== second.value?.id),
    set: (ids) => (more.value = ids.join('.')),
  })
  const all = computed(() =>
    [first.value, second.value, ...others.value.map((id) => models.byId.get(id) ?? null)].flatMap(
      (m) => m ?? [],
    ),
  )

  function choose(side: 'a' | 'b', id: number): void {
    const other = side === 'a' ? second.value : first.value
    // Choosing the model of the other side swaps the two, so that a model is not compared with itself by mistake.
    if (other?.id === id) return swap()
    a.value = String(side === 'a' ? id : (other?.id ?? ''))
    b.value = String(side === 'b' ? id : (other?.id ?? ''))
  }
  function swap(): void {
    const [left, right] = [first.value?.id ?? '', second.value?.id ?? '']
    a.value = String(right)
    b.value = String(left)
  }
  return { models, first, second, others, all, choose, swap }
}
