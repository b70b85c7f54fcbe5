/**
 * Where the jobs of an experiment run, as its file may say; flags of `rocflow run` overrule it. It changes no number, so it
 * is no part of the design.
 */
import { Memory, Time } from "@rocflow/resampling/executor/slurm/limits"
import * as Schema from "effect/Schema"

const Name = Schema.NonEmptyString
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/** @category schemas */
export const ExecutorEntry = Schema.Union([
  Schema.Literals(["processes", "slurm", "workers"]),
  Schema.Struct({
    type: Schema.Literal("slurm"),
    partition: Schema.optionalKey(Name),
    account: Schema.optionalKey(Name),
    time: Schema.optionalKey(Time),
    memory: Schema.optionalKey(Memory),
    cpus: Schema.optionalKey(Count),
    maxParallel: Schema.optionalKey(Count),
    chunk: Schema.optionalKey(Count),
    template: Schema.optionalKey(Name)
  }),
  Schema.Struct({
    type: Schema.Literal("workers"),
    lease: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1)))
  })
])

/** @category models */
export type ExecutorEntry = typeof ExecutorEntry.Type
