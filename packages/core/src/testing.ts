/**
 * Laws that every loss, layer, stage, optimizer, schedule, measure, callback, transformation of a target and learner obeys, for those of your own: what the built-in ones
 * are tested by. Laws are data; any test runner runs them.
 *
 * @example
 * import { LossLaws } from "@rocflow/core/testing"
 * for (const { check, name } of LossLaws.of(definition, { scale: 2 }, { convex: true })) it(name, check)
 */
export * as CallbackLaws from "./testing/CallbackLaws.ts"
export * as LayerLaws from "./testing/LayerLaws.ts"
export * as LearnerLaws from "./testing/LearnerLaws.ts"
export * as LossLaws from "./testing/LossLaws.ts"
export * as Law from "./testing/Law.ts"
export * as MeasureLaws from "./testing/MeasureLaws.ts"
export * as OptimizerLaws from "./testing/OptimizerLaws.ts"
export * as OptionLaws from "./testing/OptionLaws.ts"
export * as PreprocessLaws from "./testing/PreprocessLaws.ts"
export * as ScheduleLaws from "./testing/ScheduleLaws.ts"
export * as TargetLaws from "./testing/TargetLaws.ts"
