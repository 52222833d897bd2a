import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'

/** What concerns this window and no workspace. Kept by the window itself. */
export const usePreferencesStore = defineStore('preferences', () => {
  /** Say when a job has ended while the window is not in front. */
  const notifications = useLocalStorage('kernelscope.notifications', true)
  return { notifications }
})
