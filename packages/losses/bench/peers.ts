/** Other implementations of AUM, timed in their own languages on the same data, where this machine has them. */
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Data } from "./data.ts"
import type { Timing } from "./measure.ts"

/** `command` runs `script`. */
export interface Peer {
  readonly id: string
  readonly title: string
  readonly command: string
  readonly script: string
}

const script = (name: string): string => join(import.meta.dirname, "peers", name)

/** `ROCFLOW_PYTHON` says which Python has PyTorch. */
export const peers: ReadonlyArray<Peer> = [
  {
    id: "torch",
    title: "AUM autograd, PyTorch",
    command: process.env["ROCFLOW_PYTHON"] ?? "python3",
    script: script("torch_aum.py")
  },
  { id: "aumR", title: "aum::aum, R", command: "Rscript", script: script("aum.R") }
]

/** What a peer found for one size. */
export interface Found {
  readonly rows: number
  readonly value: number
  readonly gradient: Float64Array
  readonly timing: Timing
}

/** The version of a peer and what it found, or why it could not run. */
export type Answer = { readonly version: string; readonly found: ReadonlyArray<Found> } | { readonly absent: string }

const file = (folder: string, name: string, rows: number): string => join(folder, `${name}-${rows}.f64`)

/** Writes the data where the peers look for it. */
export const write = (folder: string, { labels, rows, scores }: Data): void => {
  writeFileSync(file(folder, "scores", rows), scores)
  writeFileSync(file(folder, "labels", rows), labels)
}

const read = (path: string): Float64Array => new Float64Array(new Uint8Array(readFileSync(path)).buffer)

/** Runs a peer on the data in the folder. One thread, whatever its libraries would like. */
export const ask = (peer: Peer, folder: string, budget: number, sizes: ReadonlyArray<number>): Answer => {
  const { error, status, stderr, stdout } = spawnSync(
    peer.command,
    [peer.script, folder, String(budget), ...sizes.map(String)],
    { encoding: "utf8", env: { ...process.env, OMP_NUM_THREADS: "1" } }
  )
  if (error !== undefined) return { absent: error.message }
  if (status !== 0) {
    const reason = stderr.split("\n").find((line) => line.includes("Error"))
    return { absent: reason?.trim() ?? `exit code ${status}` }
  }
  const [version = [], ...lines] = stdout
    .trim()
    .split("\n")
    .map((line) => line.split("\t"))
  const found = lines.map((line): Found => {
    const [rows, value, fastest, q1, median, q3] = line.map(Number) as [number, number, number, number, number, number]
    return { rows, value, gradient: read(file(folder, peer.id, rows)), timing: { fastest, q1, median, q3 } }
  })
  return { version: version.join(" "), found }
}
