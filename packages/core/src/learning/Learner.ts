/**
 * A learner is trained on a task and then predicts rows of tasks like it.
 *
 * Pipelines become learners by `Model.classif` or `Model.regr`; ready-made learners are defined by `Learner.define`.
 * Both have the same roles, prediction types, JSON and errors.
 *
 * @example
 * const trained = yield* Learner.train(learner, sonar, { seed: 1 })
 * const prediction = yield* Learner.predict(trained, sonar)
 */
export { coefficients, importance } from "./internal/askedOfFeatures.ts"
export { type Coefficient, type Gain, intercept } from "./internal/featureUse.ts"
export {
  type Checked,
  type Closed,
  define,
  type Definition,
  type Epochs,
  type EpochsChange,
  type Fitted,
  fromParts,
  hash,
  isDefinition,
  type Learner,
  type LearnerJson,
  named,
  Origin,
  type PredictError,
  refused,
  type Resume,
  type Trained,
  type TrainError,
  TypeId
} from "./internal/learner.ts"
export { fromJson, fromPipeline, reference } from "./internal/learnerJson.ts"
export { checkedRows } from "./internal/taskChecks.ts"
export { preprocessed } from "./internal/preprocessed.ts"
export { targetTransformed } from "./internal/targetTransformed.ts"
export {
  check,
  type Complete,
  type Open,
  OpenTypeId,
  type Options,
  predict,
  type Suits,
  train,
  type Trainable
} from "./internal/running.ts"
