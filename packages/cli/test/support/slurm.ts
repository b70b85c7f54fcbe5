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
  readonly scontrol: (...args: ReadonlyArray<string>) => string
  /** Ends all that runs on the node, as a machine that fails does. */
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
  const scontrol = (...args: ReadonlyArray<string>) =>
    execFileSync("scontrol", args, { env: { ...process.env, ...env }, encoding: "utf8" })
  return {
    env,
    scontrol,
    failNode: () => {
      const processes = scontrol("listpids")
        .split("\n")
        .slice(1)
        .map((line) => Number.parseInt(line, 10))
      process.kill(Number(readFileSync(join(folder, "slurmd.pid"), "utf8")), "SIGKILL")
      // The controller would find out by itself, after minutes.
      scontrol("update", `nodename=${node}`, "state=down", "reason=test")
      for (const pid of processes.filter((found) => found > 0)) process.kill(pid, "SIGKILL")
    },
    repairNode: () => {
      scontrol("update", `nodename=${node}`, "state=resume")
      execFileSync(script, ["node", folder])
    },
    stop: () => {
      execFileSync(script, ["stop", folder])
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    }
  }
}
