/**
 * A name for what a process does that no other process has, on any machine: `<machine>-<process>-<random>`.
 */
import { randomBytes } from "node:crypto"
import { hostname } from "node:os"

const machine = hostname().replaceAll(/[^\w.-]/g, "_")

/** Another name at each call. */
export const fresh = (): string => `${machine}-${process.pid}-${randomBytes(4).toString("hex")}`

/** Whether a name is of a process of this machine that is over; false where nobody can say. */
export const isOver = (name: string): boolean => {
  const [, host, id] = /^(.*)-(\d+)-[0-9a-f]{8}$/.exec(name) ?? []
  if (host !== machine) return false
  try {
    // Signal 0 asks whether the process is there.
    process.kill(Number(id), 0)
    return false
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "ESRCH"
  }
}
