/**
 * What a fitted learner consists of, for those who write it in another form: an exporter, an explanation.
 *
 * A learner of one's own is a `Model`; wrappers stand around the parts of others.
 */
import type { NamedArray, Network as Lowered } from "../network/Graph.ts"
import type { Stage } from "../pipeline/Stage.ts"

/** A stage that has learned, with its definition's id and its state as plain JSON. @category models */
export interface Learned {
  readonly path: string
  readonly state: unknown
}

/** A transformation of the target that has learned. @category models */
export interface Target {
  readonly type: string
  readonly state: unknown
}

/** A ready-made learner: the id of its definition, and what it learned as plain JSON. @category models */
export interface Model {
  readonly _tag: "Model"
  readonly type: string
  readonly state: unknown
}

/** A pipeline: preprocessing, ingresses, and the network behind them. @category models */
export interface Network {
  readonly _tag: "Network"
  readonly stages: ReadonlyArray<Stage>
  /** What the preprocessing stages and the ingresses learned, by their paths. */
  readonly preprocess: ReadonlyArray<Learned>
  readonly ingress: ReadonlyArray<Learned>
  readonly network: Lowered
  readonly arrays: ReadonlyArray<NamedArray>
  /** Added to the scores. */
  readonly intercept: number
  readonly target: ReadonlyArray<Target>
  /** Scores a row: as many as the task needs, times the members of the network. */
  readonly members: number
  /** Whether the loss knows the order of the scores only, so that scores of members are averaged as they are. */
  readonly ranks: boolean
  readonly predictType: "response" | "prob"
}

/** A learner behind preprocessing. @category models */
export interface Preprocessed {
  readonly _tag: "Preprocessed"
  readonly stages: ReadonlyArray<Stage>
  readonly preprocess: ReadonlyArray<Learned>
  readonly inner: Parts
}

/** A learner of a transformed target. @category models */
export interface Transformed {
  readonly _tag: "Transformed"
  readonly target: ReadonlyArray<Target>
  readonly inner: Parts
}

/** A learner whose predictions are changed: calibrated, or decided otherwise. @category models */
export interface Changed {
  readonly _tag: "Changed"
  readonly type: string
  readonly options: unknown
  readonly state: unknown
  readonly inner: Parts
}

/** Learners whose predictions are averaged, with the weights of the members. @category models */
export interface Averaged {
  readonly _tag: "Averaged"
  readonly members: ReadonlyArray<Parts>
  readonly weights: ReadonlyArray<number> | undefined
}

/** A learner that sees the predictions of others as features of these names, one list a learner. @category models */
export interface Stacked {
  readonly _tag: "Stacked"
  readonly base: ReadonlyArray<Parts>
  readonly names: ReadonlyArray<ReadonlyArray<string>>
  /** Whether it sees the features too. */
  readonly passthrough: boolean
  readonly last: Parts
}

/** @category models */
export type Parts = Model | Network | Preprocessed | Transformed | Changed | Averaged | Stacked
