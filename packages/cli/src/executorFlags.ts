/**
 * The flags of `rocflow run` that say where jobs run.
 */
import { toMegabytes, toMinutes } from "@rocflow/resampling/executor/slurm/limits"
import * as Flag from "effect/cli/Flag"
import { counted, named } from "./flags.ts"

const limit = (name: string, toNumber: (text: string) => number | undefined, form: string, description: string) =>
  Flag.String(name).pipe(
    Flag.filter(
      (text) => toNumber(text) !== undefined,
      () => `write ${form}`
    ),
    Flag.withDescription(description),
    Flag.optional
  )

/** Where jobs run, and what each place can be told. */
export const executorFlags = {
  executor: Flag.Literals("executor", ["processes", "slurm", "workers"]).pipe(
    Flag.withDescription(
      "Where jobs run: processes here; slurm, a cluster; workers, whoever started `rocflow worker`. Default: that of the experiment, or processes"
    ),
    Flag.optional
  ),
  partition: named("partition", "SLURM: the partition"),
  account: named("account", "SLURM: the account that is charged"),
  time: limit(
    "time",
    toMinutes,
    'minutes, "2:00:00" or "1-12:00:00"',
    "SLURM: how long a task may take; what takes longer is tried again with twice as much"
  ),
  memory: limit(
    "memory",
    toMegabytes,
    'megabytes, or "4G"',
    "SLURM: what a task may use; what needs more is tried again with twice as much"
  ),
  cpus: counted("cpus", 1, "SLURM: cores of a task, each with a process that runs jobs. Default 1"),
  maxParallel: counted("max-parallel", 1, "SLURM: how many tasks of an array may run at once. Default: no limit"),
  chunk: counted("chunk", 1, "SLURM: jobs of a task, on average. Default: what gives 100 tasks"),
  template: named("template", "SLURM: a script with {{command}} in it, for modules, containers and more #SBATCH lines"),
  lease: Flag.Finite("lease").pipe(
    Flag.filter(
      (seconds) => seconds >= 1,
      (seconds) => `after ${seconds} s good workers would be taken for lost; give 1 or more`
    ),
    Flag.withDescription("Workers: seconds without a heartbeat after which one is taken for lost. Default 60"),
    Flag.optional
  ),
  queue: named(
    "queue",
    "Workers: a PostgreSQL database, postgres://user@host/database, through which they get jobs and data and need no shared directory. Default: ROCFLOW_QUEUE"
  )
}
