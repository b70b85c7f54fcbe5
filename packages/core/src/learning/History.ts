/**
 * What training recorded: a row for each evaluated epoch.
 */
import * as Schema from "effect/Schema"
import type { Measured } from "./Measure.ts"

/** A measured value in JSON: a number, or why there is none. @category schemas */
export const MeasuredJson: Schema.Codec<Measured, Measured> = Schema.Union([
  Schema.Finite,
  Schema.Struct({ _tag: Schema.tag("Undefined"), reason: Schema.String })
])

/** The schema of an epoch in a history. @category schemas */
export const Row = Schema.Struct({
  /** From 1. */
  epoch: Schema.Int,
  /** The mean loss of the epoch's batches, weighted by their rows, while the weights moved. */
  loss: Schema.Finite,
  /** Wall-clock seconds of the epoch, evaluation included: the only entry that differs between equal runs. */
  seconds: Schema.Finite,
  /** The learning rate of the epoch's last update, where the optimizer has one. */
  learningRate: Schema.optionalKey(Schema.Finite),
  /** Measured on outputs of the training passes: not comparable with `valid`. */
  train: Schema.Record(Schema.String, MeasuredJson),
  valid: Schema.Record(Schema.String, MeasuredJson)
})

/** @category models */
export type Row = typeof Row.Type

/** The evaluated epochs of a training. @category models */
export type History = ReadonlyArray<Row>

/** @category schemas */
export const History = Schema.Array(Row)
