import { createSharedComposable, useColorMode } from '@vueuse/core'
import { computed } from 'vue'

export type ThemeChoice = 'light' | 'dark' | 'auto'

/** The theme: light, dark, or that of the system. Stored under the key that Nuxt UI reads. */
export const useTheme = createSharedComposable(() => {
  const mode = useColorMode({ emitAuto: true })
  const choice = computed<ThemeChoice>({
    get: () => (mode.value === 'light' || mode.value === 'dark' ? mode.value : 'auto'),
    set: (next) => (mode.value = next),
  })
  const shown = computed<'light' | 'dark'>(() => (mode.state.value === 'dark' ? 'dark' : 'light'))
  return { choice, shown }
})
