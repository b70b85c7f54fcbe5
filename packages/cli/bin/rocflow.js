#!/usr/bin/env node
// Plain JavaScript, so that a Node too old for the sources can run it: it hands over to the Node that npm installed.
import { spawn } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import module, { createRequire } from "node:module"
import { constants, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const [major, minor] = process.versions.node.split(".").map(Number)
const recentEnough = major > 22 || (major === 22 && minor >= 19)

/** The Node that came with the dependencies, for this platform; undefined if there is none. */
const bundledNode = () => {
  const require = createRequire(import.meta.url)
  const name = process.platform === "win32" ? "node.exe" : "bin/node"
  for (const prefix of ["node", "node-bin"]) {
    const platform = process.platform === "win32" ? "win" : process.platform
    try {
      const path = require.resolve(`${prefix}-${platform}-${process.arch}/package.json`).replace("package.json", name)
      if (existsSync(path)) return path
    } catch {
      // Not this package; perhaps the next.
    }
  }
  return undefined
}

/** Runs this file by another Node, which is told what this process is told, and says how it ended. */
const handOver = (node) => {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, ROCFLOW_HANDED_OVER: "1" }
  })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  child.on("error", (error) => {
    process.stderr.write(`rocflow cannot start ${node}: ${error.message}; reinstall the dependencies\n`)
    process.exit(1)
  })
  // As shells say it: 128 and the number of the signal.
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

/**
 * Whether the folder of temporary files takes the folder that Node keeps compiled modules in. Where nothing can be made, as in
 * /proc, Node would try for ever.
 */
const canKeep = () => {
  try {
    mkdirSync(join(tmpdir(), "node-compile-cache"))
    return true
  } catch (error) {
    return error.code === "EEXIST"
  }
}

if (recentEnough) {
  // Most of the start is compiling modules. Worker processes find what this one compiled.
  if (process.env.NODE_COMPILE_CACHE !== undefined || canKeep()) {
    const { directory } = module.enableCompileCache()
    if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory
  }
  // Inside the repository the sources run as they are.
  const source = new URL("../src/bin.ts", import.meta.url)
  await import(existsSync(source) ? source.href : "../dist/bin.js")
} else {
  const node = bundledNode()
  if (node === undefined) {
    process.stderr.write(
      `rocflow needs Node 22.19 or newer, this is ${process.versions.node}; install a newer Node, or reinstall with optional dependencies\n`
    )
    process.exitCode = 1
  } else handOver(node)
}
