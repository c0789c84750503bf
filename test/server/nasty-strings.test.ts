import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from "graphql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { issueToken } from "../../src/access/issue-token.ts";
import { NASTY_TEXTS } from "../fuzz/nasty-texts.ts";
import { post } from "./graphql-client.ts";
import { OPERATIONS, rootFields, WholeDocument } from "./schema-walk.ts";
import { TestService } from "./test-service.ts";

let service: TestService;
let secret: string;
beforeAll(async () => {
  service = await TestService.start();
  await service.serve({ limits: { maxAliases: 1e6, maxBreadth: 1e6, maxPoints: 1e9 } });
  const admin = { name: "admin", owner: "admin", scope: "admin", expiresAt: null } as const;
  ({ secret } = await issueToken(service.store.access, admin));
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
});

/** A value of the type in which every text there can be is this one. */
function filledWith(text: string, type: GraphQLInputType, depth: number): unknown {
  if (isNonNullType(type)) return filledWith(text, type.ofType, depth);
  if (isListType(type)) return [filledWith(text, type.ofType, depth)];
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (!isInputObjectType(type)) {
    const name = String(type);
    if (name === "String" || name === "ID") return text;
    return name === "DateTime" ? "2024-01-01" : name === "Boolean" ? true : 2;
  }
  const fields = Object.values(type.getFields());
  const texts = fields.filter((f) => isNonNullType(f.type) || (depth > 0 && !type.isOneOf));
  const chosen = type.isOneOf ? [fields.at(-1)!] : texts;
  return Object.fromEntries(chosen.map((f) => [f.name, filledWith(text, f.type, depth - 1)]));
}

const FIELDS = OPERATIONS.flatMap((operation) =>
  rootFields(operation)
    .filter(({ args }) => args.length > 0)
    .map((field) => ({ operation, name: field.name, field })),
);

it.each(FIELDS)("$operation $name takes texts that break programs for texts", async (given) => {
  const { text: query } = new WholeDocument(given.operation, given.field, 2);
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${secret}`,
    accept: given.operation === "subscription" ? "text/event-stream" : "application/json",
  };
  const before = await service.store.access.anyToken();
  for (const text of NASTY_TEXTS) {
    const variables = Object.fromEntries(
      given.field.args.map(({ name, type }) => [name, filledWith(text, type, 3)]),
    );
    const { text: answer, status } = await post(service.url, query, variables, { headers });
    expect(status, text).toBeLessThan(500);
    expect(answer, text).not.toMatch(/INTERNAL_SERVER_ERROR|node_modules|syntax error/);
    expect(answer, text).not.toMatch(/root:x:0|for 16-bit app support/);
  }
  expect(service.errors).toEqual([]);
  expect(before, "and the tables are still there").toBe(true);
});
