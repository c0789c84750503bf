import type { ObjectRef } from "@pothos/core";
import { builder } from "../builder.ts";
import { MAX_PAGE_SIZE } from "../limits.ts";
import { type ConnectionOf, DEFAULT_PAGE_SIZE } from "../page.ts";

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** `XConnection` and `XEdge` of a node type: forward paging over the store's cursors. */
export function connectionType<Node extends object>(name: string, node: ObjectRef<Types, Node>) {
  const edge = builder.objectRef<{ cursor: string; node: Node }>(`${name}Edge`).implement({
    fields: (t) => ({
      cursor: t.exposeString("cursor", { description: "Opaque; for `after`." }),
      node: t.field({ type: node as never, resolve: (parent) => parent.node as never }),
    }),
  });
  return builder.objectRef<ConnectionOf<Node>>(`${name}Connection`).implement({
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        complexity: { field: 0, multiplier: 1 },
        resolve: (page) => page.edges,
      }),
      pageInfo: t.field({ type: builder.pageInfoRef(), resolve: (page) => page.pageInfo }),
      totalCount: t.exposeInt("totalCount", { description: "Rows of all pages." }),
    }),
  });
}

/** Arguments of every connection. */
export const pageArgs = builder.args((t) => ({
  first: t.int({
    description: `Rows a page, ${MAX_PAGE_SIZE} at most; ${DEFAULT_PAGE_SIZE} when left out.`,
  }),
  after: t.string({
    description: "The cursor of the last row seen; from the start when left out.",
  }),
}));
