import {
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from "graphql";
import { schema } from "../../src/graphql/schema.ts";

/** Every field that can be reached from the input of startRun, as a path without list positions. */
export function inputPlaces(): string[] {
  const places: string[] = [];
  const visit = (path: string, type: GraphQLInputType) => {
    places.push(path);
    const inner = innerType(type);
    if (!isInputObjectType(inner)) return;
    for (const field of Object.values(inner.getFields()))
      visit(`${path}.${field.name}`, field.type);
  };
  visit("input", schema.getMutationType()!.getFields().startRun.args[0].type);
  return places;
}

function innerType(type: GraphQLInputType): GraphQLInputType {
  const nullable = getNullableType(type);
  return isListType(nullable) ? innerType(nullable.ofType) : nullable;
}

function typeAt(place: string): GraphQLInputType {
  let type: GraphQLInputType = schema.getMutationType()!.getFields().startRun.args[0].type;
  for (const name of place.split(".").slice(1)) {
    const inner = innerType(type);
    type = isInputObjectType(inner) ? inner.getFields()[name].type : type;
  }
  return type;
}

/**
 * Some wrong values are right for some fields: text is an ID, a list of one may stand for its
 * element.
 */
export function fits(place: string, value: unknown): boolean {
  const inner = innerType(typeAt(place));
  if (isEnumType(inner) || isInputObjectType(inner) || isNonNullType(inner)) return false;
  const name = String(inner);
  if (typeof value === "string") return name === "String" || name === "ID";
  if (typeof value === "boolean") return name === "Boolean";
  // GraphQL takes any whole number for an id.
  return (name === "Float" || name === "ID") && typeof value === "number";
}

/**
 * The smallest variables in which the field at `place` has the value; everything around it is
 * valid.
 */
export function withValueAt(place: string, value: unknown): object {
  return { input: filled("input", place.split(".").slice(1), value) };
}

function filled(place: string, rest: readonly string[], value: unknown): unknown {
  if (rest.length === 0) return value;
  const inner = innerType(typeAt(place));
  if (!isInputObjectType(inner)) throw new Error(`${place} has no fields`);
  const fields: Record<string, unknown> = {};
  for (const field of Object.values(inner.getFields())) {
    if (field.name === rest[0]) {
      fields[field.name] = filled(`${place}.${field.name}`, rest.slice(1), value);
    } else if (isNonNullType(field.type)) {
      fields[field.name] = smallest(field.type);
    }
  }
  const isList = isListType(getNullableType(typeAt(place)));
  return isList ? [fields] : fields;
}

function smallest(type: GraphQLInputType): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [];
  if (isEnumType(nullable)) return nullable.getValues()[0].name;
  if (!isInputObjectType(nullable)) return String(nullable) === "Float" ? 1 : "text";
  if (nullable.isOneOf) return { number: 1 };
  const required = Object.values(nullable.getFields()).filter((field) => isNonNullType(field.type));
  return Object.fromEntries(required.map((field) => [field.name, smallest(field.type)]));
}
