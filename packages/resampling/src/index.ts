/**
 * Resampling, designs, runs and comparisons: is it better to train on the same subset, on others, or on all?
 *
 * Each module is a namespace: `Resampling.sameOther`, `Design.grid`, `Run.start`. Deep imports load less.
 */
export * as Compare from "./Compare.ts"
export * as Design from "./Design.ts"
export * as Executor from "./Executor.ts"
export * as Explained from "./Explained.ts"
export * as FeatureTable from "./FeatureTable.ts"
export * as Importance from "./Importance.ts"
export * as Interval from "./Interval.ts"
export * as Job from "./Job.ts"
export * as Live from "./Live.ts"
export * as Notes from "./Notes.ts"
export * as PartialDependence from "./PartialDependence.ts"
export * as Pooled from "./Pooled.ts"
export * as Predicted from "./Predicted.ts"
export * as Resampling from "./Resampling.ts"
export * as ResamplingError from "./ResamplingError.ts"
export * as Run from "./Run.ts"
export * as RunDirectory from "./RunDirectory.ts"
export * as SameOther from "./SameOther.ts"
export * as Score from "./Score.ts"
export * as Smoke from "./Smoke.ts"
export * as StudentT from "./StudentT.ts"
export * as TaskImages from "./TaskImages.ts"
export * as Tune from "./Tune.ts"
