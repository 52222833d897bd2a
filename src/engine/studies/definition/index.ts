export type {
  ConditionContext,
  FitContext,
  MeasureContext,
  RunContext,
  SettleContext,
  ViewContext,
} from './contexts.ts'
export type { ConditionWork, EstimateContext, ExtraWork, SessionEstimate, WorkContext } from './cost.ts'
export { defineStudy } from './define.ts'
export type { Preset, ReplayFormat, StudyDefinition, StudyWarning } from './definition.ts'
export type { Grid, GridModel } from './grid.ts'
export type { QuestionModels, StudyQuestion, SuitePlace } from './offer.ts'
export type { FailedRow } from './failing.ts'
export { fitsKept, keptSessions, type KeptSessions, type OpenAttack } from './keptSessions.ts'
export { publishedWith } from './published.ts'
export { type Step, tracker, type Tracker } from './progress.ts'
export type { Recomputed, RecomputeRequest } from './recompute.ts'
export type { PlanSessions, SessionContext, SessionPlan } from './sessions.ts'
export { unchanged } from './unchanged.ts'
export { wordsOf } from './words.ts'
export type { Axis, KeptVectors, Metric, PointImages, View } from './view.ts'
