/** A worker process of the tests of which the first one starts, and no other: `node onceWorker.ts TROUBLE`. */
import { mkdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

mkdirSync(join(tmpdir(), `rocflow-once-${process.ppid}`))
await import("./poolWorker.ts")
