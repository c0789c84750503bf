import SchemaBuilder from "@pothos/core";
import ComplexityPlugin from "@pothos/plugin-complexity";
import RelayPlugin from "@pothos/plugin-relay";
import type { GraphqlContext } from "./context.ts";
import { decodeGlobalId, encodeGlobalId } from "./global-id.ts";
import { limitExceeded } from "./limit-exceeded.ts";
import { MAX_PAGE_SIZE } from "./limits.ts";

/** Fields are non-null and inputs optional unless they say otherwise. */
export const builder = new SchemaBuilder<{
  Context: GraphqlContext;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    SafeInt: { Input: number; Output: number };
  };
}>({
  plugins: [ComplexityPlugin, RelayPlugin],
  defaultFieldNullability: false,
  relay: {
    encodeGlobalID: (typename, id) => encodeGlobalId(typename, String(id)),
    decodeGlobalID: decodeGlobalId,
    nodeQueryOptions: {
      description: "An object by its global id; null when there is none.",
      args: { id: { description: "Opaque global id." } },
    },
    nodesQueryOptions: {
      description: "Objects by their global ids, in the same order; null where there is none.",
      args: { ids: { description: `Opaque global ids, ${MAX_PAGE_SIZE} at most.` } },
      resolve: (_root, { ids }, _context, _info, resolveNodes) => {
        if (ids.length <= MAX_PAGE_SIZE) return resolveNodes(ids);
        throw limitExceeded("number of ids", ids.length, MAX_PAGE_SIZE);
      },
      complexity: (args) => ({ field: 1, multiplier: (args.ids as unknown[]).length }),
    },
  },
});

builder.queryType({});
builder.mutationType({});
builder.subscriptionType({});
