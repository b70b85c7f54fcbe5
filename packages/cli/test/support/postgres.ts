/** A PostgreSQL for tests, where this machine can have it: see scripts/postgres.sh. */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const script = fileURLToPath(new URL("../../../../scripts/postgres.sh", import.meta.url))

export interface Server {
  readonly port: number
  /** What a statement gives, as lines of fields. */
  readonly sql: (text: string) => string
  readonly restart: () => void
  /** Takes encrypted connections only from now on; gives the certificate of the authority, or why it cannot. */
  readonly encrypt: () => { readonly authority: string } | string
  readonly stop: () => void
}

/** A port of this machine that nobody listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** Starts one, or says why this machine cannot have it. */
export const startServer = async (): Promise<Server | string> => {
  const folder = mkdtempSync(join(tmpdir(), "rocflow-postgres-"))
  const port = await freePort()
  const { status, stderr } = spawnSync(script, ["start", folder, String(port)], { encoding: "utf8" })
  if (status !== 0) {
    rmSync(folder, { recursive: true, force: true })
    if (status !== 3) throw new Error(stderr)
    return stderr.trim()
  }
  return {
    port,
    sql: (text) => execFileSync(script, ["sql", folder, text], { encoding: "utf8" }).trim(),
    restart: () => void execFileSync(script, ["restart", folder]),
    encrypt: () => {
      const { status, stderr } = spawnSync(script, ["encrypt", folder], { encoding: "utf8" })
      if (status !== 0 && status !== 3) throw new Error(stderr)
      return status === 3 ? stderr.trim() : { authority: join(folder, "authority.crt") }
    },
    stop: () => {
      execFileSync(script, ["stop", folder])
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    }
  }
}
