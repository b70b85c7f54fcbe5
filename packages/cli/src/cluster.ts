/**
 * The commands for runs that compute elsewhere: workers, what is open, what they printed, an end.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { counted, directory, json, lazily, named } from "./flags.ts"

/** `rocflow worker`. */
export const worker = Command.make(
  "worker",
  {
    directory: Argument.String("run").pipe(
      Argument.withDescription("Directory of the run; it need not be there yet. Default: a queue"),
      Argument.optional
    ),
    queue: named(
      "queue",
      "Take jobs from this PostgreSQL database instead, postgres://user@host/database; nothing is shared but it. Default: ROCFLOW_QUEUE"
    ),
    workers: counted("workers", 1, "Processes that take jobs, one thread each; default: one per core"),
    experiment: Flag.String("experiment").pipe(
      Flag.withDescription("The experiment file, if this machine has it elsewhere than the one that started the run"),
      Flag.optional
    ),
    submission: counted("submission", 1, "Runs a chunk of this SLURM submission instead, as the tasks of its array do"),
    task: counted("task", 0, "The chunk of the submission; default: SLURM_ARRAY_TASK_ID")
  },
  lazily(() => import("./commands/worker.ts").then(({ worker }) => worker))
).pipe(
  Command.withDescription(
    "Take jobs of a run and run them, until all are done: from its directory, on machines that share it, or from a queue in a database, on any machines. It waits for `rocflow run --executor workers` where that was not started yet. A worker may be killed: others take over its job."
  ),
  Command.withShortDescription("Take jobs of a run and run them"),
  Command.withExamples([
    { command: "rocflow worker rocflow-runs/main-job-1a2b3c4d", description: "A process per core of this machine" },
    { command: "rocflow worker --queue postgres://me@db.example/runs", description: "A machine that shares no files" }
  ])
)

/** `rocflow todo`. */
export const todo = Command.make(
  "todo",
  { directory, json },
  lazily(() => import("./commands/todo.ts").then(({ todo }) => todo))
).pipe(
  Command.withDescription("List the jobs of a run that have no scores: where each stands, and who has it"),
  Command.withExamples([{ command: "rocflow todo rocflow-runs/main-job-1a2b3c4d", description: "What is left" }])
)

/** `rocflow logs`. */
export const logs = Command.make(
  "logs",
  {
    directory,
    job: Argument.String("job").pipe(
      Argument.withDescription("Id of a job, or its beginning; `rocflow todo` lists them")
    )
  },
  lazily(() => import("./commands/logs.ts").then(({ logs }) => logs))
).pipe(
  Command.withDescription("Show the error of a job, and what its SLURM tasks printed, the last one last"),
  Command.withExamples([
    { command: "rocflow logs rocflow-runs/main-job-1a2b3c4d 5f0c2e", description: "Why it did not come to an end" }
  ])
)

/** `rocflow cancel`. */
export const cancel = Command.make(
  "cancel",
  { directory },
  lazily(() => import("./commands/cancel.ts").then(({ cancel }) => cancel))
).pipe(
  Command.withDescription(
    "End the SLURM tasks of a run, and let workers take no more of its jobs. Finished jobs are kept, and `rocflow run` goes on."
  ),
  Command.withShortDescription("End the SLURM tasks of a run; workers take no more jobs"),
  Command.withExamples([{ command: "rocflow cancel rocflow-runs/main-job-1a2b3c4d", description: "Before a change" }])
)
