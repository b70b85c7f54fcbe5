/**
 * Where @tensorflow/tfjs-node is found, and what it needs to load.
 *
 * The package is optional. It is taken from the user's own dependencies, or else from the folder into which
 * `rocflow doctor --install tfjs-node` builds it: its own install script downloads from a host that does not answer.
 */
import { existsSync } from "node:fs"
import { createRequire, registerHooks } from "node:module"
import { join } from "node:path"
import * as CacheFolder from "../../CacheFolder.ts"

const name = "@tensorflow/tfjs-node"

/** The version that fits the other packages of TensorFlow.js. */
export const version = "4.22.0"

/**
 * The folder of the package that rocflow built, whether it is there or not. The addon is one of N-API 8, which every
 * version of Node loads, so one folder serves all of them.
 */
export const folder = (): string => join(CacheFolder.path(), `tfjs-node-${version}-${process.platform}-${process.arch}`)

const require = createRequire(import.meta.url)

/** Functions of Node's `util` that the package calls: Node 23 no longer has the first, and warns of the second. */
const shims: Readonly<Record<string, (value: unknown) => boolean>> = {
  isNullOrUndefined: (value) => value === undefined || value === null,
  isArray: Array.isArray
}

const shim = (): void => {
  const util: object = require("node:util")
  Object.assign(util, shims)
}

/** Packages that exist once: what a second copy registers, the first does not see. */
const shared = /^@tensorflow\/tfjs-(core|layers|backend-cpu)(\/|$)/

/** Runs `load` while shared packages resolve to those of this module, whoever asks for them. */
const sharing = async (load: () => unknown): Promise<void> => {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, shared.test(specifier) ? { ...context, parentURL: import.meta.url } : context)
  })
  try {
    await load()
  } finally {
    hooks.deregister()
  }
}

/**
 * What TensorFlow reads from the environment, where the user has not set it. One thread, as on WebAssembly: results do
 * not depend on the number of cores, and workers use the other ones.
 *
 * oneDNN stays on, although TensorFlow announces it on standard error in every process: it makes convolutions a fifth
 * faster, and TensorFlow 2.21 without it (`TF_ENABLE_ONEDNN_OPTS=0`) writes where it must not, and dies of it in a few
 * hundred steps under Node's profiler.
 */
const settings = { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1", TF_CPP_MIN_LOG_LEVEL: "2" }

/** Whether the package is there; it may be broken. */
export const isThere = (): boolean => {
  if (existsSync(folder())) return true
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}

/** Loads the package, which registers its backend with our TensorFlow.js; rejects where it is not there or broken. */
export const load = async (): Promise<void> => {
  for (const [variable, value] of Object.entries(settings)) process.env[variable] ??= value
  shim()
  try {
    // The name is in a variable: the compiler must not ask for an optional package.
    await sharing(() => import(name))
  } catch (cause) {
    const built = folder()
    if (!existsSync(built)) throw cause
    await sharing(() => createRequire(join(built, "package.json"))(name))
  }
}
