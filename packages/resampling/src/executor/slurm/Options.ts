/**
 * What the tasks of a cluster are given, and how they are submitted.
 */

/** What tasks are given, and how they are submitted. @category models */
export interface Options {
  /** The experiment file, as every node finds it. */
  readonly experiment: string
  /** The words of the command that runs a chunk, of a submission of a run: it calls `executor/slurm/chunk`. */
  readonly command: (directory: string, submission: number) => ReadonlyArray<string>
  readonly partition?: string
  readonly account?: string
  /** Minutes that a task may take. Default: what the partition gives; then a task that is late is not tried again. */
  readonly time?: number
  /** Megabytes that a task may use. Default: what the partition gives; then a task that needs more is not tried again. */
  readonly memory?: number
  /** Cores of a task, each with a process that runs jobs. Default 1. */
  readonly cpus?: number
  /** How many tasks of an array may run at once. Default: as many as there is room for. */
  readonly maxParallel?: number
  /** How many jobs a task has, on average. Default: as many as give 100 tasks, or `maxParallel` if that is more. */
  readonly chunk?: number
  /** The script of a task, in which `{{command}}` is replaced. Default: nothing but the command. */
  readonly template?: string
  /** Seconds between two looks at the queue: at first, and at most. Default 1 and 10. */
  readonly looks?: readonly [first: number, most: number]
  /** How often a job is submitted in a start before it counts as failed. Default 4. */
  readonly attempts?: number
}
