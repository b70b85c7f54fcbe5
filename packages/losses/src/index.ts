/**
 * ROC curves, AUM and other losses: value and exact gradient, in linear or log-linear time.
 *
 * Each module is a namespace: `Roc.curve`, `Aum.loss`. Deep imports such as `@rocflow/losses/Aum` load less.
 */
export * as AllPairs from "./AllPairs.ts"
export * as Aucm from "./Aucm.ts"
export * as Aum from "./Aum.ts"
export * as AumDiffs from "./AumDiffs.ts"
export * as AveragePrecision from "./AveragePrecision.ts"
export * as BinaryScores from "./BinaryScores.ts"
export * as Bce from "./Bce.ts"
export * as CrossEntropy from "./CrossEntropy.ts"
export * as DeLong from "./DeLong.ts"
export * as Focal from "./Focal.ts"
export * as Huber from "./Huber.ts"
export * as L1 from "./L1.ts"
export * as LineSearch from "./LineSearch.ts"
export * as Mse from "./Mse.ts"
export * as Definitions from "./Definitions.ts"
export * as PartialAuc from "./PartialAuc.ts"
export * as Pinball from "./Pinball.ts"
export * as Roc from "./Roc.ts"
export * as SquaredHinge from "./SquaredHinge.ts"
