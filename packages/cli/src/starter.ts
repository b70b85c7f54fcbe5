/**
 * Who started this process, where it is a program that only waits for it: npm (`npx rocflow …`, `npm start`), or the entry
 * under an older Node. When it is gone, nobody can stop the command any more, so it ends as at Ctrl-C.
 *
 * A shell is no such program: what was put in the background goes on after the shell.
 */
import { readFileSync } from "node:fs"

/** Milliseconds between two looks. */
const interval = 500

/** The parent of a process, where the system says it (Linux); undefined elsewhere. */
const parentOf = (pid: number): number | undefined => {
  try {
    // The name of the command, in parentheses, may hold anything.
    const [, parent] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")
    return Number(parent)
  } catch {
    return undefined
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** The processes above this one, as many as only wait for it: the entry, a shell of npm, and npm. */
const waiting = (): ReadonlyArray<number> => {
  const count =
    (process.env["ROCFLOW_HANDED_OVER"] === "1" ? 1 : 0) + (process.env["npm_command"] === undefined ? 0 : 2)
  const found: Array<number> = []
  for (let pid: number | undefined = process.ppid; pid !== undefined && pid > 1 && found.length < count;) {
    found.push(pid)
    pid = parentOf(pid)
  }
  return found
}

/** Ends this process in order, by a signal to itself, once one of those that wait for it is gone. */
export const watch = (): void => {
  const starters = waiting()
  if (starters.length === 0) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent && starters.every(isAlive)) return
    clearInterval(timer)
    process.kill(process.pid, "SIGTERM")
  }, interval)
  timer.unref()
}
