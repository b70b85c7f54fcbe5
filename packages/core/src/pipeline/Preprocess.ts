/**
 * Preprocessing stages: fitted on the training rows only, applied to any rows.
 *
 * A stage is a pair of functions, `fit` (features → state) and `apply` (state, features → features); the state is plain
 * data, saved with the model. Stages come before the ingress, in any number and order. `columns` says which columns a stage
 * works on, by name or by a selector (`Select`).
 *
 * Rows that are validated on or predicted see `apply` alone. For training rows two kinds of stages do more: one that looks at
 * the target encodes each of them by others (`targetEncoding`), and one that balances classes leaves out or repeats some
 * (`classBalancing`).
 *
 * @example
 * Preprocess.impute({ method: "median" }).pipe(Preprocess.oneHot(), Preprocess.standardise(), Ingress.numeric())
 */
export type { Fit, FittedPreprocessor, Fitting, Preprocessor, Takes, Training, TrainingTarget } from "./Stage.ts"
export type { ColumnsOption } from "./internal/preprocess/columns.ts"
export * from "./internal/preprocess/define.ts"
export * from "./internal/preprocess/select.ts"
export * from "./internal/preprocess/missingIndicator.ts"
export * from "./internal/preprocess/impute.ts"
export * from "./internal/preprocess/collapseLevels.ts"
export * from "./internal/preprocess/oneHot.ts"
export * from "./internal/preprocess/ordinalEncoding.ts"
export * from "./internal/preprocess/frequencyEncoding.ts"
export * from "./internal/preprocess/targetEncoding.ts"
export * from "./internal/preprocess/standardise.ts"
export * from "./internal/preprocess/dates.ts"
export * from "./internal/preprocess/dropConstants.ts"
export * from "./internal/preprocess/robustScale.ts"
export * from "./internal/preprocess/smoothClip.ts"
export * from "./internal/preprocess/minMax.ts"
export * from "./internal/preprocess/quantileTransform.ts"
export * from "./internal/preprocess/log1p.ts"
export * from "./internal/preprocess/signedRoot.ts"
export * from "./internal/preprocess/yeoJohnson.ts"
export * from "./internal/preprocess/boxCox.ts"
export * from "./internal/preprocess/bin.ts"
export * from "./internal/preprocess/pca.ts"
export * from "./internal/preprocess/polynomial.ts"
export * from "./internal/preprocess/spline.ts"
export * from "./internal/preprocess/derive.ts"
export * from "./internal/preprocess/hashText.ts"
export * from "./internal/preprocess/classBalancing.ts"
export * from "./internal/preprocess/robust.ts"
