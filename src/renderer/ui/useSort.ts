import { computed, ref, type Ref } from 'vue'
import { sortRows, type Column, type Order } from './table.ts'

/** The order of a table. A heading sorts ascending, then descending, then not at all. */
export function useSort<T>(
  rows: () => readonly T[],
  columns: () => readonly Column<T>[],
  initial: Order | null = null,
) {
  const order: Ref<Order | null> = ref(initial)
  const sorted = computed(() => sortRows(rows(), columns(), order.value))

  function toggle(key: string) {
    const now = order.value
    if (now?.key !== key) order.value = { key, descending: false }
    else order.value = now.descending ? null : { key, descending: true }
  }

  const ariaSort = (key: string) =>
    order.value?.key !== key ? 'none' : order.value.descending ? 'descending' : 'ascending'

  return { order, sorted, toggle, ariaSort }
}
