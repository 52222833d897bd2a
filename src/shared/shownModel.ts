/**
 * A study may show a model with several preprocessings, and then its results hold the model several times. Each time has
 * an id of its own: that of the model, plus the place of the preprocessing in the study times 2^32. The first place has
 * the id of the model, as in studies that change nothing.
 */
const apart = 2 ** 32

/** Id of a model with the preprocessing at a place (from 0) of a study. */
export const shownId = (modelId: number, place: number): number => modelId + place * apart

/** Id of the model behind one of a study's results. */
export const modelIdOf = (id: number): number => id % apart

/** Place, from 0, of the preprocessing in the study. */
export const placeOf = (id: number): number => Math.floor(id / apart)
