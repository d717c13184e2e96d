// Checks a value against a JSON Schema, and says for each fault where it is and what is possible there.
//
// In: a schema of the subset below, and any value from JSON. Out: findings with a JSON pointer (RFC 6901), none when it fits.
// It reads no file and resolves references within the schema only. A keyword that it does not know is a programmer's mistake
// and throws, so that no rule of a schema is silently left out.

/** The keywords that are understood; `title`, `default` and the like only inform people and editors. */
export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  /** `#/$defs/NAME`. */
  readonly $ref?: string;
  readonly title?: string;
  /** Said in findings: "a VLAN from 1 to 4094". */
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: TypeName | readonly TypeName[];
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Schema;
  readonly propertyNames?: Schema;
  readonly maxProperties?: number;
  /** Alternatives that differ in what they require: exactly one of these members is given. */
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
  /** `{}`: never; the description says why. */
  readonly not?: Readonly<Record<string, never>>;
}

type TypeName = "object" | "array" | "string" | "number" | "integer" | "boolean" | "null";

export interface SchemaFinding {
  /** JSON pointer; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

const KEYWORDS = new Set([
  "$schema", "$id", "$defs", "$ref", "title", "description", "default", "type", "enum", "minimum", "maximum", "minLength", "maxLength",
  "pattern", "items", "minItems", "maxItems", "properties", "required", "additionalProperties", "propertyNames", "maxProperties",
  "oneOf", "not",
]);
/** A value is shown up to here. */
const SHOWN_CHARACTERS_MAX = 60;

type JsonObject = Readonly<Record<string, unknown>>;

export function schemaFindings(schema: Schema, value: unknown): SchemaFinding[] {
  return new SchemaCheck(schema).check(schema, value, "");
}

class SchemaCheck {
  readonly #root: Schema;

  constructor(root: Schema) {
    this.#root = root;
  }

  check(written: Schema, value: unknown, path: string): SchemaFinding[] {
    const schema = this.#resolve(written);
    const unknown = Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword));
    if (unknown !== undefined) throw new TypeError(`the schema's keyword ${unknown} is not understood`);
    const wrong = valueComplaint(schema, value);
    if (wrong !== undefined) return [{ path, message: wrong }];
    if (Array.isArray(value)) return this.#checkItems(schema, value, path);
    return isObject(value) ? this.#checkMembers(schema, value, path) : [];
  }

  /** What stands beside a reference describes the place better than what it refers to. */
  #resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const target = this.#root.$defs?.[schema.$ref.replace(/^#\/\$defs\//, "")];
    if (target === undefined) throw new TypeError(`the schema has no ${schema.$ref}`);
    const { $ref: _, ...rest } = schema;
    return { ...this.#resolve(target), ...rest };
  }

  #checkItems(schema: Schema, value: readonly unknown[], path: string): SchemaFinding[] {
    const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
    if (value.length < minItems || value.length > maxItems) {
      return [{ path, message: `${value.length} entries; ${wanted(schema, `${minItems} to ${maxItems} entries`)}` }];
    }
    return items === undefined ? [] : value.flatMap((item, index) => this.check(items, item, `${path}/${index}`));
  }

  #checkMembers(schema: Schema, value: JsonObject, path: string): SchemaFinding[] {
    const findings: SchemaFinding[] = [];
    const names = Object.keys(value);
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(value, name)) findings.push({ path, message: `"${name}" is missing; ${describe(this.#known(schema, name))}` });
    }
    const choices = (schema.oneOf ?? []).flatMap((alternative) => alternative.required);
    const chosen = choices.filter((name) => Object.hasOwn(value, name));
    if (choices.length > 0 && chosen.length !== 1) {
      const given = chosen.length === 0 ? "none is given" : `${chosen.join(" and ")} are given`;
      findings.push({ path, message: `exactly one of ${choices.join(", ")} is needed, and ${given}` });
    }
    if (names.length > (schema.maxProperties ?? Number.POSITIVE_INFINITY)) {
      findings.push({ path, message: `${names.length} members; at most ${schema.maxProperties}` });
    }
    return [...findings, ...names.flatMap((name) => this.#checkMember(schema, name, value[name], `${path}/${escapePointer(name)}`))];
  }

  #checkMember(schema: Schema, name: string, value: unknown, path: string): SchemaFinding[] {
    const own = schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (own !== undefined) return this.check(own, value, path);
    const { additionalProperties: others, properties = {}, propertyNames } = schema;
    if (others === false) {
      const known = Object.keys(properties).filter((member) => this.#resolve(properties[member]!).not === undefined);
      return [{ path, message: `"${shorten(name)}" is not known here; these are: ${known.join(", ")}` }];
    }
    const wrong = propertyNames === undefined ? undefined : valueComplaint(this.#resolve(propertyNames), name);
    if (wrong !== undefined) return [{ path, message: `the name ${wrong}` }];
    return others === undefined ? [] : this.check(others, value, path);
  }

  #known(schema: Schema, name: string): Schema {
    return this.#resolve(schema.properties?.[name] ?? {});
  }
}

/** What is wrong with the value itself, its members and entries aside. */
function valueComplaint(schema: Schema, value: unknown): string | undefined {
  if (schema.not !== undefined) return schema.description ?? "may not be given";
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isType(type, value))) {
    return `${show(value)} is ${typeOf(value)}; ${wanted(schema, `${types.join(" or ")} is needed`)}`;
  }
  if (schema.enum !== undefined && !schema.enum.some((known) => known === value)) {
    return `${show(value)} is not one of ${schema.enum.map((known) => JSON.stringify(known)).join(", ")}`;
  }
  if (typeof value === "number") return numberComplaint(schema, value);
  return typeof value === "string" ? textComplaint(schema, value) : undefined;
}

function numberComplaint(schema: Schema, value: number): string | undefined {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  return value >= minimum && value <= maximum ? undefined : `${value}: ${wanted(schema, `a number from ${minimum} to ${maximum}`)}`;
}

function textComplaint(schema: Schema, value: string): string | undefined {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  if (value.length < minLength || value.length > maxLength) {
    return `${show(value)} has ${value.length} characters; ${minLength} to ${maxLength} are possible`;
  }
  if (pattern === undefined || new RegExp(pattern, "u").test(value)) return undefined;
  return `${show(value)}: ${wanted(schema, `text like ${pattern}`)}`;
}

function isType(type: TypeName, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function wanted(schema: Schema, otherwise: string): string {
  return schema.description === undefined ? otherwise : `wanted: ${schema.description}`;
}

function describe(schema: Schema): string {
  return schema.description === undefined ? "it must be given" : `wanted: ${schema.description}`;
}

function show(value: unknown): string {
  return shorten(JSON.stringify(value) ?? String(value));
}

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

function escapePointer(name: string): string {
  return shorten(name).replaceAll("~", "~0").replaceAll("/", "~1");
}
