/**
 * Where the jobs of an experiment run, as its file may say; flags of `rocflow run` overrule it. It changes no number, so it
 * is no part of the design.
 */
import { Memory, Time } from "@rocflow/resampling/executor/slurm/limits"
import { optional, required } from "@rocflow/core/OptionSchema"
import { hasPassword } from "@rocflow/resampling/executor/queue/Address"
import * as Schema from "effect/Schema"

const Name = Schema.NonEmptyString
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/** @category schemas */
export const ExecutorEntry = Schema.Union([
  Schema.Literals(["processes", "slurm", "workers"]),
  Schema.Struct({
    type: required(Schema.Literal("slurm"), "Jobs are submitted to SLURM", "slurm"),
    partition: optional(Name, "The partition; default: that of the cluster", "short"),
    account: optional(Name, "The account that is charged; default: one's own", "lab"),
    time: optional(Time, "The time of a task, as sbatch takes it; default: that of the partition", "2:00:00"),
    memory: optional(Memory, "The memory of a task; default: that of the partition", "4G"),
    cpus: optional(Count, "Processors of a task, each of which computes a job; default 1", 4),
    maxParallel: optional(Count, "The most tasks that run at once; default: as many as the cluster lets", 100),
    chunk: optional(Count, "Jobs of a task; default: so many that tasks take about as long", 20),
    template: optional(Name, "A batch script of one's own, relative to the experiment file", "job.sh")
  }),
  Schema.Struct({
    type: required(Schema.Literal("workers"), "Jobs are left to whoever runs rocflow worker", "workers"),
    lease: optional(
      Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1)),
      "Seconds of silence after which a job of a worker is given to another; default: that of rocflow worker",
      60
    ),
    queue: optional(
      Name.check(
        Schema.makeFilter((text: string) =>
          hasPassword(text)
            ? "must not hold a password, which every run would write down; leave it to PGPASSWORD or ROCFLOW_QUEUE"
            : undefined
        )
      ),
      "A PostgreSQL database through which workers get jobs that share no directory with the run",
      "postgres://me@db.example/runs"
    )
  })
])

/** @category models */
export type ExecutorEntry = typeof ExecutorEntry.Type
