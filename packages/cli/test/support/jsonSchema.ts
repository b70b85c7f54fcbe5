/** As much of JSON Schema (2020-12) as the schema of experiments uses; an unknown keyword is an error. */

type Schema = Readonly<Record<string, unknown>>

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value === "number" ? "number" : typeof value

const list = (value: unknown): ReadonlyArray<unknown> => value as ReadonlyArray<unknown>
const isObject = (value: unknown): value is Schema => typeOf(value) === "object"

type Rule = (limit: unknown, value: unknown, schema: Schema, path: string, root: Schema) => ReadonlyArray<string>

const when =
  (fits: (value: unknown) => boolean, holds: (limit: never, value: never) => boolean): Rule =>
  (limit, value, _, path) =>
    !fits(value) || holds(limit as never, value as never)
      ? []
      : [`${path}: ${JSON.stringify(value)} breaks ${String(limit)}`]

const number = (holds: (limit: number, value: number) => boolean) => when((value) => typeof value === "number", holds)
const ignored: Rule = () => []

const rules: Readonly<Record<string, Rule>> = {
  $schema: ignored,
  $id: ignored,
  $defs: ignored,
  default: ignored,
  examples: ignored,
  title: ignored,
  description: ignored,
  type: when(
    () => true,
    (type: string, value: unknown) => (type === "integer" ? Number.isInteger(value) : typeOf(value) === type)
  ),
  const: when(
    () => true,
    (constant: unknown, value: unknown) => value === constant
  ),
  enum: when(
    () => true,
    (choices: ReadonlyArray<unknown>, value: unknown) => choices.includes(value)
  ),
  minimum: number((limit, value) => value >= limit),
  maximum: number((limit, value) => value <= limit),
  exclusiveMinimum: number((limit, value) => value > limit),
  exclusiveMaximum: number((limit, value) => value < limit),
  minLength: when(
    (value) => typeof value === "string",
    (limit: number, value: string) => value.length >= limit
  ),
  minItems: when(Array.isArray, (limit: number, value: ReadonlyArray<unknown>) => value.length >= limit),
  maxItems: when(Array.isArray, (limit: number, value: ReadonlyArray<unknown>) => value.length <= limit),
  uniqueItems: when(
    Array.isArray,
    (_: true, value: ReadonlyArray<unknown>) => new Set(value.map((item) => JSON.stringify(item))).size === value.length
  ),
  $ref: (ref, value, _, path, root) => {
    const name = /^#\/\$defs\/([\w.]+)$/.exec(String(ref))?.[1] ?? ""
    const target = (root["$defs"] as Readonly<Record<string, Schema>>)[name]
    if (target === undefined) throw new Error(`${String(ref)} is not there (at ${path})`)
    return errors(target, value, path, root)
  },
  prefixItems: (schemas, value, _, path, root) =>
    Array.isArray(value)
      ? list(schemas)
          .slice(0, value.length)
          .flatMap((schema, i) => errors(schema as Schema, value[i], `${path}[${i}]`, root))
      : [],
  items: (schema, value, { prefixItems = [] }, path, root) =>
    Array.isArray(value)
      ? value.flatMap((item, i) =>
          i < list(prefixItems).length ? [] : errors(schema as Schema, item, `${path}[${i}]`, root)
        )
      : [],
  properties: (schemas, value, _, path, root) =>
    isObject(value) && isObject(schemas)
      ? Object.entries(schemas).flatMap(([key, schema]) =>
          key in value ? errors(schema as Schema, value[key], `${path}.${key}`, root) : []
        )
      : [],
  required: (keys, value, _, path) =>
    isObject(value) ? list(keys).flatMap((key) => (String(key) in value ? [] : [`${path} lacks ${String(key)}`])) : [],
  propertyNames: (schema, value, _, path, root) =>
    isObject(value) ? Object.keys(value).flatMap((key) => errors(schema as Schema, key, `${path}: ${key}`, root)) : [],
  additionalProperties: (schema, value, { properties = {} }, path, root) => {
    if (!isObject(value)) return []
    const extra = Object.keys(value).filter((key) => !(key in (properties as object)))
    if (schema === true) return []
    return schema === false
      ? extra.map((key) => `${path}.${key} is not known`)
      : extra.flatMap((key) => errors(schema as Schema, value[key], `${path}.${key}`, root))
  },
  allOf: (schemas, value, _, path, root) =>
    list(schemas).flatMap((schema) => errors(schema as Schema, value, path, root)),
  anyOf: (schemas, value, _, path, root) =>
    list(schemas).some((schema) => errors(schema as Schema, value, path, root).length === 0)
      ? []
      : [`${path} fits no choice`]
}

/** Every way in which a value breaks a schema. */
export const errors = (schema: Schema, value: unknown, path = "$", root = schema): ReadonlyArray<string> =>
  Object.entries(schema).flatMap(([keyword, limit]) => {
    const rule = rules[keyword]
    if (rule === undefined) throw new Error(`the test does not know the keyword ${keyword} (at ${path})`)
    return rule(limit, value, schema, path, root)
  })
