import { computed } from 'vue'
import { useQueryChoice, useQueryText } from '../../../lib/useQuery.ts'
import { sequentialMaps } from '#shared/colour/list.ts'

/** How fields are shown over images, kept in the address. */
export function usePictureStyle() {
  const layout = useQueryChoice('layout', ['overlay', 'beside', 'map'])
  const map = useQueryChoice('map', sequentialMaps)
  const blend = useQueryChoice('blend', ['sharp', 'smooth'])
  const text = useQueryText('opacity', '60')
  /** In per cent. */
  const opacity = computed({
    get: () => (/^\d+$/.test(text.value) ? Math.min(100, Number(text.value)) : 60),
    set: (next) => (text.value = String(next)),
  })
  return { layout, map, blend, opacity }
}
