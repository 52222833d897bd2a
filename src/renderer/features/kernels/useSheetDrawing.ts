import { colourMapIds } from '#shared/colour/list.ts'
import { useQueryChoice } from '../../lib/useQuery.ts'

/** How sheets of kernels are painted, kept in the address: colours, their range, the zoom. */
export const useSheetDrawing = () => ({
  map: useQueryChoice('map', colourMapIds),
  range: useQueryChoice('range', ['clipped', 'shared', 'own']),
  zoom: useQueryChoice('zoom', ['fit', '1', '2', '3']),
})
