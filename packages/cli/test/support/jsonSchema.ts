/** As much of JSON Schema (2020-12) as the schema of experiments uses; an unknown keyword is an error. */

type Schema = Readonly<Record<string, unknown>>

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value === "number" ? "number" : typeof value

const list = (value: unknown): ReadonlyArray<unknown> => value as ReadonlyArray<unknown>
const isObject = (value: unknown): value is Schema => typeOf(value) === "object"

type Rule = (limit: unknown, value: unknown, schema: Schema, path: string) => ReadonlyArray<string>

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
  $defs: ignored,
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
  items: (schema, value, _, path) =>
    Array.isArray(value) ? value.flatMap((item, i) => errors(schema as Schema, item, `${path}[${i}]`)) : [],
  properties: (schemas, value, _, path) =>
    isObject(value) && isObject(schemas)
      ? Object.entries(schemas).flatMap(([key, schema]) =>
          key in value ? errors(schema as Schema, value[key], `${path}.${key}`) : []
        )
      : [],
  required: (keys, value, _, path) =>
    isObject(value) ? list(keys).flatMap((key) => (String(key) in value ? [] : [`${path} lacks ${String(key)}`])) : [],
  additionalProperties: (schema, value, { properties = {} }, path) => {
    if (!isObject(value)) return []
    const extra = Object.keys(value).filter((key) => !(key in (properties as object)))
    if (schema === true) return []
    return schema === false
      ? extra.map((key) => `${path}.${key} is not known`)
      : extra.flatMap((key) => errors(schema as Schema, value[key], `${path}.${key}`))
  },
  allOf: (schemas, value, _, path) => list(schemas).flatMap((schema) => errors(schema as Schema, value, path)),
  anyOf: (schemas, value, _, path) =>
    list(schemas).some((schema) => errors(schema as Schema, value, path).length === 0) ? [] : [`${path} fits no choice`]
}

/** Every way in which a value breaks a schema. */
export const errors = (schema: Schema, value: unknown, path = "$"): ReadonlyArray<string> =>
  Object.entries(schema).flatMap(([keyword, limit]) => {
    const rule = rules[keyword]
    if (rule === undefined) throw new Error(`the test does not know the keyword ${keyword} (at ${path})`)
    return rule(limit, value, schema, path)
  })
