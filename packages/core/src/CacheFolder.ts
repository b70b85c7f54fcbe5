/**
 * The folder for what can be had again: downloads, and what was built on this machine.
 */
import { homedir } from "node:os"
import { join } from "node:path"

/** `ROCFLOW_CACHE` where it is set, else `rocflow` in `XDG_CACHE_HOME`, else `~/.cache/rocflow`. It need not be there yet. */
export const path = (): string =>
  process.env["ROCFLOW_CACHE"] || join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "rocflow")
