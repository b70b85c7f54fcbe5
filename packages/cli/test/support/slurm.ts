/** A SLURM of one node for tests, where this machine can have it: see scripts/slurm.sh. */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const script = fileURLToPath(new URL("../../../../scripts/slurm.sh", import.meta.url))

export interface Cluster {
  /** What the commands of SLURM need to find it. */
  readonly env: Readonly<Record<string, string>>
  readonly scontrol: (...args: ReadonlyArray<string>) => void
  /** Ends the node's daemon, as a machine that fails does, and tells the controller. */
  readonly failNode: () => void
  readonly repairNode: () => void
  readonly stop: () => void
}

/** Starts one, or says why this machine cannot have it. */
export const startCluster = (): Cluster | string => {
  const folder = mkdtempSync(join(tmpdir(), "rocflow-slurm-"))
  const env = { SLURM_CONF: join(folder, "slurm.conf") }
  const { status, stderr } = spawnSync(script, ["start", folder], { encoding: "utf8" })
  if (status !== 0) {
    rmSync(folder, { recursive: true, force: true })
    if (status !== 3) throw new Error(stderr)
    return stderr.trim()
  }
  const node = hostname().split(".")[0]!
  const scontrol = (...args: ReadonlyArray<string>) => {
    execFileSync("scontrol", args, { env: { ...process.env, ...env } })
  }
  return {
    env,
    scontrol,
    failNode: () => {
      process.kill(Number(readFileSync(join(folder, "slurmd.pid"), "utf8")), "SIGKILL")
      scontrol("update", `nodename=${node}`, "state=down", "reason=test")
    },
    repairNode: () => {
      execFileSync(script, ["node", folder])
      scontrol("update", `nodename=${node}`, "state=resume")
    },
    stop: () => {
      execFileSync(script, ["stop", folder])
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    }
  }
}
