import { computed, onScopeDispose, shallowRef, type ComputedRef } from 'vue'

/** Something that can be done on the page that is open, for its menus and the palette. */
export interface PageCommand {
  id: string
  title: string
  icon: string
  run: () => void
}

const offered = shallowRef<readonly ComputedRef<readonly PageCommand[]>[]>([])

/** What the pages that are open offer. */
export const pageCommands = computed(() => offered.value.flatMap(({ value }) => value))

/** Offers commands while the calling component lives. */
export function usePageCommands(commands: ComputedRef<readonly PageCommand[]>): void {
  offered.value = [...offered.value, commands]
  onScopeDispose(() => (offered.value = offered.value.filter((one) => one !== commands)))
}
