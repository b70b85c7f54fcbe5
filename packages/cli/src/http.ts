/**
 * The HTTP client of the command: files come as servers have them, through the proxy that the environment names.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const dispatcher = Layer.effect(NodeHttpClient.Dispatcher)(
  Effect.acquireRelease(
    Effect.map(
      Effect.promise(() => import("@effect/platform-node/Undici")),
      ({ EnvHttpProxyAgent }) => new EnvHttpProxyAgent()
    ),
    (agent) => Effect.promise(() => agent.destroy())
  )
)

/** Provides an `HttpClient` that goes by HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
export const layer = Layer.provide(NodeHttpClient.layerUndiciNoDispatcher, dispatcher)
