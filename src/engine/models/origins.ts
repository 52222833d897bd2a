import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  preprocessingTrial,
  type PreprocessingOrigin,
  type PreprocessingTrial,
} from '#shared/contract/index.ts'
import { isConfirmed } from '#shared/preprocessing.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { disposableJson, type Db } from '../workspace/index.ts'
import { guessCropped, guessPreprocessing } from './presets.ts'
import { readSidecar, sidecarPath } from './sidecar.ts'
import { getModel, listModels, unrecorded, updateModel, type StoredModel } from './store.ts'

/**
 * Finds out where the preprocessing of models that an earlier version added comes from: the sidecar that says the same,
 * or the guess that would be made. Nothing else of them changes.
 */
export async function recordOrigins(db: Db): Promise<void> {
  const ids = db.prepare<[], number>('SELECT id FROM model WHERE origin IS NULL').pluck().all()
  if (ids.length === 0) return
  for (const model of listModels(db).filter(({ id }) => ids.includes(id))) {
    const origin = await originOf(model)
    db.prepare('UPDATE model SET origin = ? WHERE id = ? AND origin IS NULL').run(
      JSON.stringify(origin),
      model.id,
    )
  }
}

async function originOf({ path, preprocessing, family }: StoredModel): Promise<PreprocessingOrigin> {
  // A sidecar that cannot be read is reported where the model is shown.
  const sidecar = await readSidecar(path).catch(() => null)
  const origin = { detail: null, confirmed: null }
  if (isDeepStrictEqual(sidecar?.preprocessing, preprocessing))
    return { ...origin, from: 'sidecar', detail: basename(sidecarPath(path)) }
  const guesses = [guessPreprocessing, guessCropped].map((guess) => guess(family, preprocessing.size))
  return guesses.some((guess) => isDeepStrictEqual(guess, preprocessing))
    ? { ...origin, from: 'guess' }
    : unrecorded
}

/** Stores the trial of a model in place of the one before. */
export function storeTrial(db: Db, id: number, trial: PreprocessingTrial): void {
  db.prepare('UPDATE model SET trial = ? WHERE id = ?').run(JSON.stringify(trial), id)
}

/** Reads the last trial of a model; null without one. */
export function trialOf(db: Db, id: number): PreprocessingTrial | null {
  getModel(db, id)
  const text = db.prepare<[number], string | null>('SELECT trial FROM model WHERE id = ?').pluck().get(id)
  return text == null ? null : disposableJson(preprocessingTrial, text)
}

/**
 * Takes a candidate of the last trial as the preprocessing of a model. The origin says which trial confirms it, where it
 * does: it is above chance and as good as the best. A preprocessing that was tried and is kept also keeps where it is from.
 *
 * @param place in the trial's candidates; 0 is the best
 * @throws USAGE where the model was not tried, or the trial has no such candidate
 */
export function takeCandidate(db: Db, id: number, place: number): StoredModel {
  const model = getModel(db, id)
  const trial = trialOf(db, id)
  const chosen = trial?.candidates[place]
  if (!trial || !chosen)
    throw new KernelscopeError(
      'USAGE',
      trial ? `the trial has no candidate ${place + 1}` : `${model.title} was not tried`,
      { hint: 'Try candidates on a dataset first.' },
    )
  const kept = isDeepStrictEqual(chosen.preprocessing, model.preprocessing) && model.origin.from !== 'guess'
  const confirmed = isConfirmed(trial, place) && {
    dataset: trial.dataset,
    images: chosen.images,
    correct: chosen.correct,
    candidates: trial.candidates.length,
    at: trial.at,
  }
  const found = { confirmed: confirmed || null }
  const origin = kept ? { ...model.origin, ...found } : { from: 'trial' as const, detail: null, ...found }
  return updateModel(db, id, { preprocessing: chosen.preprocessing, origin })
}
