#!/usr/bin/env node
// Plain JavaScript, so that a Node too old for the sources can run it: it hands over to the Node that npm installed.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
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

if (recentEnough) {
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
  } else {
    const { status, signal } = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: "inherit"
    })
    process.exitCode = status ?? (signal === null ? 1 : 130)
  }
}
