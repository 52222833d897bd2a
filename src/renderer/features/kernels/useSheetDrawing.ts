import { useQueryChoice } from '../../lib/useQuery.ts'

/** How sheets of kernels are drawn, kept in the address: colours, their range, the zoom. */
export const useSheetDrawing = () => ({
  map: useQueryChoice('map', ['viridis', 'cividis', 'diverging']),
  range: useQueryChoice('range', ['clipped', 'shared', 'own']),
  zoom: useQueryChoice('zoom', ['fit', '1', '2', '3']),
})
